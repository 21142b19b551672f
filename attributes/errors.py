"""The base of all errors that a user can mend."""


class UserError(Exception):
    """An error whose message tells the user what is wrong, where, and what to do.

    The command line shows the message alone; a traceback would only hide it. Of what the product
    refuses, only arguments of a wrong type or value raise something else (TypeError, ValueError).
    """
