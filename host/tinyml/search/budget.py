# SPDX-License-Identifier: MIT
"""What a board leaves for a net: bytes of an arena, bytes of a file, cycles of a run."""
from tinyml.board import Board
from tinyml.errors import BoardError
from tinyml.fit.room import IN_PLACE, Room, overhead, room_of, ways_to_hold
from tinyml.search.feasible import Budget
from tinyml.search.size import notes_bytes

LONG_NAME = "n" * 40            # no task of a search has a longer one
ARENA_SHARE = 0.4               # of the heap, where the file has to be there as well


def budget_for(board: Board, classes: tuple[str, ...], ram: int | None = None,
               flash: int | None = None, cycles: int | None = None, ms: float | None = None,
               row_fed: bool = False) -> Budget:
    """What the user asks for, and what the board has. Raises BoardError."""
    room = room_of(board)
    if ms is not None:
        if not room.clock_hz:
            raise BoardError(f"`{board.name}` has no clock that is known: say --cycles in place of --ms")
        cycles = min(int(ms * room.clock_hz / 1000), cycles or int(1e18))
    arena, file = _left(room, classes)
    return Budget(_least(ram, arena), _least(flash, file), cycles, room.core, row_fed,
                  notes_bytes(LONG_NAME, classes))


def _left(room: Room, classes: tuple[str, ...]) -> tuple[int, int]:
    """Bytes for the arena and for the file, if both are as the rest leaves them."""
    held = ways_to_hold(room)[0]
    free = room.heap_free - overhead(room, held, classes)
    if free <= 0:
        raise BoardError(f"`{room.name}` has no room for any model: {-free} bytes of the heap are missing")
    if held == IN_PLACE:
        return min(free, room.largest_free), room.romfs_bytes
    arena = int(ARENA_SHARE * free)
    return min(arena, room.largest_free), min(free - arena, room.largest_free, room.flash_free)


def _least(asked: int | None, there: int) -> int:
    return there if asked is None else min(asked, there)
