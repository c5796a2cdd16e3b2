from .channels import CHANNELS, send
from .message import Mail, Message, NotSent, Sent, Transport

__all__ = [
    "CHANNELS",
    "Mail",
    "Message",
    "NotSent",
    "Sent",
    "Transport",
    "send",
]
