# mypy: ignore-errors
"""The real board's file on a `machine` that only remembers."""

import json

import machine
import pins
import settings
from board_rp2 import Board

said = {}
board = Board(settings)
said["at-boot"] = [machine.pins[pin] for pin in (pins.ALIVE, pins.PUMP, pins.DUMP, pins.DRIVER)]
said["shifted-at-boot"] = list(machine.SPI.shifted)
said["begins"] = board.begins()
board.stay()
said["after-ctrl-c"] = [board.begins(), board.begins()]
said["supply"] = board.supply()
raw = [1] * settings.CHAMBERS
board.sense(raw)
said["raw"] = raw

board.drive(bytearray([0b1010, 0b0001]), 50, 1)
said["driven"] = [list(machine.SPI.shifted), machine.pins[pins.PUMP], machine.pins[pins.DUMP]]
alive = []
for _ in range(4):
    board.drive(bytearray(2), 0, 0)
    alive.append(machine.pins[pins.ALIVE])
said["alive"] = alive

serial = board.serial
serial.write(bytearray(b"abc"), 2)
driver = [machine.pins[pins.DRIVER]]
serial._uart.out = False
serial.readinto(bytearray(8))
driver.append(machine.pins[pins.DRIVER])
serial._uart.out = True
serial._uart.given = b"xyz"
chunk = bytearray(8)
count = serial.readinto(chunk)
driver.append(machine.pins[pins.DRIVER])
said["serial"] = [serial._uart.sent.decode(), driver, chunk[:count].decode()]


class OverError(Exception):
    pass


ticks = []
turns = []


def tick():
    ticks.append(1)
    board.drive(bytearray([255, 255]), 100, 1)
    if len(ticks) == 500:
        raise OverError


def poll():
    turns.append(1)
    on_time = machine.running[0]
    # One turn lasts so long that the watchdog must starve.
    for _ in range(450 if len(turns) == 2 else 10):
        on_time(None)


try:
    board.run(tick, poll)
except OverError:
    said["ended"] = [len(ticks), machine.WDT.fed, list(machine.SPI.shifted),
                     machine.pins[pins.PUMP], machine.pins[pins.DUMP]]  # fmt: skip
board.say("nobody hears this while the watchdog runs")
print(json.dumps(said))
