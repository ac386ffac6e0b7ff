"""Sockets that listen before anybody is told of them, so that nobody else takes their port."""

import socket


def listening_socket(address: str) -> socket.socket:
    """A socket at a free port of `address`; by no other address it can be reached."""
    listening = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    listening.bind((address, 0))
    listening.listen(1024)
    return listening
