from .calling import run_watching
from .channels import (
    CHANNELS,
    send,
)
from .links import (
    acknowledge_link,
    link,
    open_file_link,
    open_link,
)
from .message import (
    Mail,
    Message,
    NotSent,
    Sent,
    Transport,
)
from .outbox import (
    run_outbox,
)
from .outgoing import (
    Render,
    Send,
)
from .wording import (
    Rendered,
    render,
)

__all__ = [
    "CHANNELS",
    "Mail",
    "Message",
    "NotSent",
    "Render",
    "Rendered",
    "Send",
    "Sent",
    "Transport",
    "acknowledge_link",
    "link",
    "open_file_link",
    "open_link",
    "render",
    "run_outbox",
    "run_watching",
    "send",
]
