"""The station's HTTP service: commands in, one stream of truth out.

`openpresso.station.service.app.create_app` makes the application and
`openpresso.station.service.server.serve` runs it in the station's own event loop. Nothing is
imported here, so that what needs only the keys or the merge patches does not wait for FastAPI.
"""
