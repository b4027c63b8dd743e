"""What a seat costs, as whoever looks at the page says: it stays in the page's address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

CURRENCIES = ("USD", "EUR", "GBP", "CHF", "JPY", "CAD", "AUD", "INR")
DEAREST = 100_000
"""What a seat costs at most, per month."""


@dataclass(frozen=True, slots=True)
class Price:
    """What a seat costs per month, as whoever looks at the page says."""

    amount: float | None = None
    currency: str = CURRENCIES[0]
    currencies = CURRENCIES
    problem: str = field(default="", compare=False)
    """What was given and is no price."""

    @classmethod
    def read(cls, pairs: Iterable[tuple[str, str]]) -> Price:
        """From a form; what is no price is none, and is named."""
        given = dict(pairs)
        text, currency = given.get("price", "").strip(), given.get("currency", "")
        currency = currency if currency in CURRENCIES else CURRENCIES[0]
        try:
            amount = round(float(text), 2) if text else None
        except ValueError:
            amount = 0.0
        if amount is None or 0 < amount <= DEAREST:
            return cls(amount, currency)
        return cls(None, currency, f"“{text[:20]}” is no price of a seat: a number above 0, up to {DEAREST:,}.")

    def pairs(self) -> list[tuple[str, str]]:
        """As names and values of a form."""
        return [("price", f"{self.amount:.2f}"), ("currency", self.currency)] if self.amount else []

    def text(self, seats: int | None) -> str:
        """What so many seats cost."""
        return "" if self.amount is None or seats is None else f"{self.currency} {self.amount * seats:,.0f}"


UNKNOWN = Price()
"""Where nobody has said."""
