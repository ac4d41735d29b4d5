"""Cuff and leg in software: pneumatics, sleeve, veins and faults, and the cuff's own law."""
