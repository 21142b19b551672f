"""The base of all errors that a user can mend, and those that several packages raise."""


class UserError(Exception):
    """An error whose message tells the user what is wrong, where, and what to do.

    The command line shows the message alone; a traceback would only hide it. Of what the product
    refuses, only arguments of a wrong type or value raise something else (TypeError, ValueError).
    """


class DatasetError(UserError):
    """A data set is not where it should be, or not laid out as it should be."""
