"""Why a statement is not understood."""


class Doubt(Exception):  # noqa: N818 - it is no error of anybody's
    """Nobody can say what the statement does; the message says why, without any of its values."""
