"""The error of an option that asks for what there is not."""

from attributes.errors import UserError


class OptionError(UserError):
    """An option does not fit what it is used on; on the command line that is a usage error."""
