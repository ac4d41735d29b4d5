# mypy: ignore-errors
"""The `machine` module of a board that remembers what is done to it; in MicroPython's place."""

pins = {}
events = []
running = []


class Pin:
    OUT, IN, PULL_UP = 1, 0, 1

    def __init__(self, number, mode=-1, pull=-1, value=None):
        self.number = number
        if value is not None:
            pins[number] = value
        elif number not in pins:
            pins[number] = 0

    def value(self, value=None):
        if value is None:
            return pins[self.number]
        pins[self.number] = value
        if self.number == 5 and value:
            events.append("latch")

    def toggle(self):
        pins[self.number] = 1 - pins[self.number]


class PWM:
    def __init__(self, pin, freq, duty_u16):
        self.pin = pin
        self.duty_u16(duty_u16)

    def duty_u16(self, value):
        pins[self.pin.number] = value


class SPI:
    shifted = bytes(1)

    def __init__(self, number, hz, sck, mosi):
        pass

    def write(self, data):
        SPI.shifted = bytes(data)


class I2C:
    """Sensors at zero that tremble."""

    def __init__(self, number, sda, scl, freq, timeout):
        self.turn = 0

    def writeto(self, to, data):
        pass

    def readfrom_into(self, of, heard):
        self.turn = (self.turn * 5 + 3) % 16
        counts = 1677722 + 5000 * (self.turn - 8)
        heard[0] = 0x40
        heard[1], heard[2], heard[3] = counts >> 16, counts >> 8 & 255, counts & 255


class ADC:
    def __init__(self, pin):
        self.pin = pin

    def read_u16(self):
        return 43323 if self.pin == 28 else 0


class UART:
    def __init__(self, number, baudrate, tx, rx, txbuf, rxbuf, timeout, timeout_char):
        self.given = b""
        self.sent = b""
        self.out = True

    def readinto(self, chunk):
        count = min(len(chunk), len(self.given))
        chunk[:count] = self.given[:count]
        self.given = self.given[count:]
        return count or None

    def write(self, data, count):
        self.sent = bytes(data[:count])

    def txdone(self):
        return self.out


class WDT:
    fed = 0

    def __init__(self, timeout):
        events.append("watchdog")

    def feed(self):
        WDT.fed += 1


class Timer:
    PERIODIC = 1

    def __init__(self, period, mode, callback):
        running.append(callback)


def reset():
    events.append("reset")
    raise SystemExit
