"""The cuff's firmware: boots vented, tests itself, then ticks and serves its registers for ever."""

import gc
import sys

import settings
from cuff import Cuff
from modbus import Server
from selftest import SelfTest
from storage import Store

if sys.platform == "rp2":
    from board_rp2 import Board
else:
    from board_host import Board


def serve(board):
    """Begin, and never return."""
    cuff = Cuff(board, settings)
    store = Store(board.flash, cuff)
    store.load()
    test = SelfTest(board, cuff)
    test.begin()
    server = Server(board.serial, cuff, settings.NUMBER)

    def poll():
        server.poll()
        test.poll()
        store.poll()
        board.show(cuff.lamp())

    gc.collect()
    cuff.begin()
    board.run(cuff.tick, poll)


def main():
    """Run until power goes; what was not foreseen de-energises everything and starts again."""
    board = Board(settings)
    if not board.begins():
        print("The cuff stays vented; take its power away and give it again to use it.")
        return
    try:
        serve(board)
    except KeyboardInterrupt:
        board.stay()
        raise
    except BaseException as error:
        board.safe()
        sys.print_exception(error)
    finally:
        board.safe()
    board.reset()


main()
