"""The board's pins and what hangs on them, as data. Pico class: RP2350 or RP2040."""

UART_TX = 0
UART_RX = 1
SPI_CLOCK = 2
SPI_DATA = 3
DRIVER = 4
LATCH = 5
ALIVE = 6
I2C_DATA = 8
I2C_CLOCK = 9
PUMP = 10
DUMP = 11
ADDRESS_0 = 12
ADDRESS_1 = 13
ADDRESS_2 = 14
STOP = 15
LAMP = 25
PUMP_CURRENT = 26
ANALOGUE = 27
SUPPLY = 28

PINS = (
    (UART_TX, "UART0 TX", "to the RS-485 transceiver"),
    (UART_RX, "UART0 RX", "from the RS-485 transceiver"),
    (SPI_CLOCK, "SPI0 SCK", "clock of the valves' shift registers"),
    (SPI_DATA, "SPI0 MOSI", "data of the valves' shift registers, last chamber first"),
    (DRIVER, "RS-485 DE", "high while the cuff sends"),
    (LATCH, "Latch", "a rising edge lets the valves take what was shifted"),
    (ALIVE, "Alive", "an edge in every tick; without it a monostable drops every output"),
    (I2C_DATA, "I2C0 SDA", "pressure sensors behind multiplexers"),
    (I2C_CLOCK, "I2C0 SCL", "pressure sensors behind multiplexers"),
    (PUMP, "Pump PWM", "20 kHz"),
    (DUMP, "Dump", "high closes the dump valve"),
    (ADDRESS_0, "Address 0", "of the analogue multiplexer"),
    (ADDRESS_1, "Address 1", "of the analogue multiplexer"),
    (ADDRESS_2, "Address 2", "of the analogue multiplexer"),
    (STOP, "Stop", "closed loop to ground, with a pull-up; high means stop"),
    (LAMP, "LED", "on while a lease runs, blinking while a fault vents the cuff"),
    (PUMP_CURRENT, "Pump current", "ADC0"),
    (ANALOGUE, "Sensors", "ADC1, from the analogue multiplexer"),
    (SUPPLY, "Supply", "ADC2, 1/11 of the voltage behind the stop button"),
)
"""Pin, signal, meaning."""

ADC_FULL = 65535
ADC_MV = 3300
"""What the converter reads at this voltage [mV]."""
SUPPLY_DIVIDER = 11
SUPPLY_LEAST = 21600
SUPPLY_MOST = 26400
"""24 V within a tenth [mV]."""
PUMP_RUNS = 2000
"""Reading of the pump's current above which it runs: 100 mV over its shunt's amplifier."""
SPI_HZ = 4_000_000
PUMP_HZ = 20_000
I2C_HZ = 400_000
I2C_US = 2000
"""A bus that hangs for longer gives no reading in this tick [us]."""
WATCHDOG_MS = 250
