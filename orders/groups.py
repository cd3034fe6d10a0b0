"""The names of Channels groups: one a user, by the user's id, so that no name needs escaping."""


def orders(user_id: int) -> str:
    """The group that hears the events of this user's orders."""
    return f"orders.{user_id}"
