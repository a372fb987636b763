"""How a message leaves the house: e-mail by SMTP, texts by an HTTP gateway, or files in a demo. Nothing here names a pupil."""

from __future__ import annotations

import json
import re
import smtplib
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

from intranet.config import Config

SUBJECT = "Daymark: sign in to read a new item"
BODY = "There is something new for you to read. Sign in to read it:\n\n{link}\n\nThis message does not say what it is about, to keep it private.\n"
TIMEOUT = 5.0
HTTP_GOOD = range(200, 300)


class NotSent(Exception):  # noqa: N818 (what it says is shown to people)
    """A message could not be sent; the text says why without an address or a name."""


class Away(NotSent):
    """The server did not answer: there is no use in asking it again this time."""


@dataclass(frozen=True)
class Message:
    """What is sent: to an address, with the words it carries."""

    id: str  # the same for every try, so that a server can tell a repeat
    to: str
    text: str


Send = Callable[[Message], None]


@contextmanager
def mail(config: Config) -> Iterator[Send]:
    """Give a way to send e-mail, one connection for all; raise Away when the server does not answer."""
    if config.demo:
        yield lambda one: _to_file(config.home / "outbox" / f"{one.id}.eml", bytes(_letter(config, one)).decode())
    else:
        with _sayable(), _connected(config) as server:
            yield lambda one: _send_mail(server, config, one)


@contextmanager
def texts(config: Config) -> Iterator[Send]:
    """Give a way to send text messages."""
    if config.demo:
        yield lambda one: _to_file(config.home / "outbox" / f"{one.id}.txt", f"To: {one.to}\n\n{one.text}\n")
    else:
        yield lambda one: _send_text(config, one)


def _to_file(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_text(text, encoding="utf-8")


# -------------------------------------------------------------------- e-mail


@contextmanager
def _connected(config: Config) -> Iterator[smtplib.SMTP]:
    parts = urlsplit(config.mail_url)
    host, secure = parts.hostname or "", ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or smtplib.SMTP_SSL_PORT, timeout=TIMEOUT, context=secure)
    else:
        server = smtplib.SMTP(host, parts.port or smtplib.SMTP_PORT, timeout=TIMEOUT)
    with server:
        if parts.scheme == "smtp+starttls":
            server.starttls(context=secure)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server


def _letter(config: Config, one: Message) -> EmailMessage:
    letter = EmailMessage()
    letter["Subject"], letter["From"], letter["To"] = SUBJECT, config.mail_from or "daymark@localhost", one.to
    letter["Message-ID"] = f"<{one.id}@{(config.mail_from or 'daymark@localhost').rpartition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(one.text)
    return letter


def _send_mail(server: smtplib.SMTP, config: Config, one: Message) -> None:
    with _sayable():
        server.send_message(_letter(config, one))


@contextmanager
def _sayable() -> Iterator[None]:
    """Turn what a mail server or the network says into NotSent or Away; its own words may hold an address, so only its number is kept."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        codes = sorted({code for code, _ in error.recipients.values()})
        raise NotSent(f"The mail server refused the address ({codes[0]})" if codes else "The mail server refused the address") from None
    except smtplib.SMTPResponseException as error:
        raise NotSent(f"The mail server refused it ({error.smtp_code})") from None
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise Away(f"The mail server did not answer ({type(error).__name__})") from None


# -------------------------------------------------------------------- text messages


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows nothing: a gateway that moved must be named anew."""

    def redirect_request(self, *_args: object) -> None:
        """Return no request to follow."""


def _send_text(config: Config, one: Message) -> None:
    """Post one text as JSON with the gateway's key; raise NotSent unless it answers that it took it."""
    body = json.dumps({"id": one.id, "to": number(one.to), "text": one.text}).encode()
    headers = {"Content-Type": "application/json", "Idempotency-Key": one.id}
    if config.text_key:
        headers["Authorization"] = f"Bearer {config.text_key}"
    asked = urllib.request.Request(config.text_url, body, headers, method="POST")  # noqa: S310 (the configuration allows https and this computer only)
    try:
        with urllib.request.build_opener(_NoRedirects).open(asked, timeout=TIMEOUT) as answer:
            status = answer.status
    except urllib.error.HTTPError as error:
        raise NotSent(f"The text gateway refused it ({error.code})") from None
    except (OSError, ValueError) as error:
        raise Away(f"The text gateway did not answer ({type(error).__name__})") from None
    if status not in HTTP_GOOD:
        raise NotSent(f"The text gateway refused it ({status})")


def number(text: str) -> str:
    """Return a telephone number as a gateway wants it: digits, with a plus where it had one."""
    return ("+" if text.strip().startswith("+") else "") + re.sub(r"\D", "", text)
