"""The shop's records of its payments, and what may become of one."""

import logging
import os
import secrets
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from joyndpay import MODE, call, is_checkout

CURRENCY = "UGX"
PUBLIC_URL = os.environ["PUBLIC_URL"]  # under which JoyndPay and the shopper's browser reach this program
DATABASE = Path(os.environ.get("DATA_DIR", "."), f"payments-{MODE}.sqlite")


def query(sql, *values):
    """The rows, and how many were changed."""
    with closing(sqlite3.connect(DATABASE, timeout=5, isolation_level=None)) as db:
        db.row_factory = sqlite3.Row
        done = db.execute(sql, values)
        return done.fetchall(), done.rowcount


def payments(condition, *values):
    """The payments of which this is true."""
    return query(f"SELECT * FROM payments WHERE {condition}", *values)[0]


def payment(column, value):
    """The payment of which a column has this value, or None."""
    # What is no text, or none that SQLite can store, is no name.
    is_name = isinstance(value, str) and value.isascii()
    return next(iter(payments(f"{column} = ?", value)), None) if is_name else None


def shown(row):
    """How a payment stands, and where it is paid: the answer of initiate and of verify."""
    return {
        "order_id": row["order_id"],
        "token": row["token"],
        "status": row["status"],
        "reason": row["reason"],
        "redirect_url": None if row["status"] == "success" else row["redirect_url"],
        "amount": str(row["amount"]),
        "currency": CURRENCY,
        "fees_added": MODE == "live",
        "test": MODE == "test",
    }


def begin(key, wish, amount, return_url):
    """Opens a payment at JoyndPay; None where nobody knows whether that was done, or another does it."""
    order_id = secrets.token_hex(8).upper()
    token, back = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    # It is written down first: of two requests at once, the second finds its key taken.
    insert = "INSERT OR IGNORE INTO payments VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'begun', NULL, NULL)"
    values = (order_id, key, wish, amount, token, back, return_url, int(time.time()))
    if query(insert, *values)[1] == 0:
        return None
    data = call("initiate", {
        "order_id": order_id, "amount": amount, "currency": CURRENCY,
        "ipn_url": f"{PUBLIC_URL}/pay/ipn", "callback_url": f"{PUBLIC_URL}/pay/return?of={back}"})
    if data is None:
        return None
    url = data.get("redirect_url")
    if data.get("amount") == amount and data.get("currency") == CURRENCY and is_checkout(url):
        change, values = "status = 'pending', redirect_url = ?", (url, order_id)
    else:
        change, values = "status = 'failed', key = NULL", (order_id,)
    query(f"UPDATE payments SET {change} WHERE order_id = ? AND status = 'begun'", *values)
    return payment("order_id", order_id)


def settle(row):
    """Asks JoyndPay how a payment stands, and writes it down; None where nobody knows. Paid stays paid."""
    if row["status"] == "begun" and time.time() < row["begun"] + 15:
        return None  # the request that begins it may still be running
    data = call("verify", {"order_id": row["order_id"]})
    if data is None:
        return None
    status, reason = judged(row, data)
    is_known = status in ("pending", "success", "failed")
    if is_known and (status, reason) != (row["status"], row["reason"]):
        # Deliver by a job of your own that looks for status 'success', and notes it: never from a page.
        logging.getLogger(__name__).warning("%s: %s (%s)", row["order_id"], status, data)
        # Failed is only what still stands as it was read: a page may have been handed out meanwhile.
        query("""UPDATE payments
            SET status = ?1, reason = ?2, key = IIF(status = 'begun' AND ?1 = 'failed', NULL, key)
            WHERE order_id = ?3 AND IIF(?1 = 'failed', status = ?4, status <> 'success')""",
            status, reason, row["order_id"], row["status"])
    return payment("order_id", row["order_id"])


def judged(row, data):
    """Status and reason of a payment of which JoyndPay says this."""
    status, amount = data.get("status"), data.get("amount")
    # More than the price is well: live, JoyndPay's fees come on top.
    enough = type(amount) in (int, float) and amount >= row["amount"] and data.get("currency") == CURRENCY
    if status == "success" and enough:
        return "success", None
    # Too little, or another currency: a person has to look, whatever JoyndPay says afterwards.
    if status == "success" or row["reason"]:
        return "pending", "review"
    # Cut off while it was begun: nobody has its page, so nobody can pay it, and the key may begin another.
    if row["status"] == "begun":
        return "failed", None
    return status, None


with closing(sqlite3.connect(DATABASE)) as connection:
    connection.executescript(Path(__file__).with_name("schema.sql").read_text())
