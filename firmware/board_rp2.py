"""The board: pins, buses and watchdog of an RP2350 or RP2040.

Every output is low until the first tick, and low means: inlets closed, exhausts and dump valve
open, pump off. No hardware has run this file yet.
"""

import time
from time import ticks_diff, ticks_us

import machine
import pins
import sensors
from machine import ADC, I2C, PWM, SPI, UART, WDT, Pin, Timer

PERIOD_MS = 5
WARM_UP = 4
"""Readings that nobody sees: a digital sensor has none before its first conversions."""
STARVED = 400
"""Ticks that the chip's watchdog is fed without one turn of the main loop: 2 s."""
SLOTS = ("slot0", "slot1")
STAY = "stay"
"""A file that, after Ctrl-C on the console, keeps the next start from beginning the loop."""


class Serial:
    """UART0 with the driver of the RS-485 line."""

    def __init__(self, baud):
        self._driver = Pin(pins.DRIVER, Pin.OUT, value=0)
        self._uart = UART(
            0, baudrate=baud, tx=Pin(pins.UART_TX), rx=Pin(pins.UART_RX),
            txbuf=512, rxbuf=512, timeout=0, timeout_char=0,
        )  # fmt: skip
        self._sending = False

    def readinto(self, chunk):
        """Put what came into `chunk`; return how many bytes, 0 for none."""
        if self._sending:
            if not self._uart.txdone():
                return 0
            self._driver.value(0)
            self._sending = False
        return self._uart.readinto(chunk) or 0

    def write(self, data, count):
        """Send the first `count` bytes; the driver lets go of the line when they are out."""
        self._driver.value(1)
        self._sending = True
        self._uart.write(data, count)


class Flash:
    """Two files of the chip's own file system."""

    def read(self, slot, data):
        """Fill `data` from a slot; what is not there reads zero."""
        for k in range(len(data)):
            data[k] = 0
        try:
            with open(SLOTS[slot], "rb") as file:
                file.readinto(data)
        except OSError:
            pass

    def write(self, slot, data):
        """Write `data` to a slot."""
        with open(SLOTS[slot], "wb") as file:
            file.write(data)


class Board:
    """Sensors, valves and pump of one cuff.

    Parameters
    ----------
    settings
        The module `settings`.
    """

    coils = 0
    """Valves whose coil the board can sense: its shift registers sense none."""

    def __init__(self, settings):
        n = settings.CHAMBERS
        self._alive = Pin(pins.ALIVE, Pin.OUT, value=0)
        self._dump = Pin(pins.DUMP, Pin.OUT, value=0)
        self._pump = PWM(Pin(pins.PUMP), freq=pins.PUMP_HZ, duty_u16=0)
        self._latch = Pin(pins.LATCH, Pin.OUT, value=0)
        self._spi = SPI(0, pins.SPI_HZ, sck=Pin(pins.SPI_CLOCK), mosi=Pin(pins.SPI_DATA))
        self._shifted = bytearray((n + 3) // 4)
        self._shift()
        self._stop = Pin(pins.STOP, Pin.IN, Pin.PULL_UP)
        self._lamp = Pin(pins.LAMP, Pin.OUT, value=0)
        self._address = [
            Pin(pin, Pin.OUT, value=0) for pin in (pins.ADDRESS_0, pins.ADDRESS_1, pins.ADDRESS_2)
        ]
        self._current = ADC(pins.PUMP_CURRENT)
        self._supply = ADC(pins.SUPPLY)
        if settings.SENSOR in sensors.ANALOGUE:
            line = ADC(pins.ANALOGUE)
            self._sensors = sensors.Analogue(line.read_u16, self._switch, settings.SENSOR, n)
        else:
            bus = I2C(
                0, sda=Pin(pins.I2C_DATA), scl=Pin(pins.I2C_CLOCK),
                freq=pins.I2C_HZ, timeout=pins.I2C_US,
            )  # fmt: skip
            self._sensors = sensors.Digital(bus, settings.SENSOR, n)
        for _ in range(WARM_UP):
            self._sensors.read([0] * n)
            time.sleep_ms(2 * PERIOD_MS)
        self.serial = Serial(settings.BAUD)
        self.flash = Flash()
        self._tick = None
        self._watchdog = None
        self._error = None
        self._timer = None
        self._unturned = 0

    def sense(self, raw):
        """Put the raw readings [1/100 mmHg] into `raw`; one without a new value stays."""
        self._sensors.read(raw)

    def pump_senses(self):
        """Return 1 when the pump draws current."""
        return 1 if self._current.read_u16() > pins.PUMP_RUNS else 0

    def stop_pressed(self):
        """Return 1 when the loop of the stop button is open."""
        return self._stop.value()

    def drive(self, chain, duty, dump):
        """Energise valves by the bits of `chain`, pump [%] and dump valve; say that we live."""
        last = len(chain) - 1
        for k in range(last + 1):
            # What is shifted first ends in the register furthest away.
            self._shifted[k] = chain[last - k]
        self._shift()
        self._pump.duty_u16(duty * 65535 // 100)
        self._dump.value(dump)
        self._alive.toggle()

    def supply(self):
        """Return the voltage behind the stop button [mV]."""
        return self._supply.read_u16() * pins.ADC_MV // pins.ADC_FULL * pins.SUPPLY_DIVIDER

    def work_us(self):
        """Return an instant for `work_since`."""
        return ticks_us()

    def work_since(self, began):
        """Return the time worked since an instant [us]."""
        return ticks_diff(ticks_us(), began)

    def show(self, on):
        """Light the lamp or put it out."""
        self._lamp.value(on)

    def say(self, text):
        """Say something on the console while nothing waits for it: a console may block."""
        if self._watchdog is None:
            print(text)

    def begins(self):
        """Tell whether the loop may begin; after Ctrl-C once it does not, so that files can be put.

        Without the loop every output stays low.
        """
        return not _forget(STAY)

    def run(self, tick, poll):
        """Tick by the timer, serve everything else between the ticks."""
        self._tick = tick
        self._watchdog = WDT(timeout=pins.WATCHDOG_MS)
        self._timer = Timer(period=PERIOD_MS, mode=Timer.PERIODIC, callback=self._on_time)
        while self._error is None:
            self._unturned = 0
            poll()
        raise self._error

    def _on_time(self, _timer):
        if self._error is not None:
            return
        try:
            self._tick()
        except BaseException as error:
            # The scheduler would print it and go on.
            self._error = error
            self.safe()
            return
        self._unturned += 1
        if self._unturned < STARVED:
            self._watchdog.feed()

    def safe(self):
        """De-energise everything."""
        self._pump.duty_u16(0)
        self._dump.value(0)
        for k in range(len(self._shifted)):
            self._shifted[k] = 0
        self._shift()

    def stay(self):
        """Let the next start not begin the loop."""
        open(STAY, "w").close()

    def reset(self):
        """Start again as after power came."""
        time.sleep_ms(100)
        machine.reset()

    def _shift(self):
        self._spi.write(self._shifted)
        self._latch.value(1)
        self._latch.value(0)

    def _switch(self, line):
        """Connect an analogue sensor and give its line time to settle."""
        address = self._address
        address[0].value(line & 1)
        address[1].value(line >> 1 & 1)
        address[2].value(line >> 2 & 1)
        time.sleep_us(5)


def _forget(path):
    """Remove a file; return whether it was there."""
    import os

    try:
        os.remove(path)
    except OSError:
        return False
    return True
