def start(user):
    return None


def stop(user):
    return None


def running(user):
    return None
