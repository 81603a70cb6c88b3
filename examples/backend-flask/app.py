"""A shop's own backend behind the pay button: initiate, verify and IPN for JoyndPay. README.md says how to run it."""

import os
import secrets
import sqlite3
from contextlib import closing, suppress

import requests
from flask import Flask, abort, request
from werkzeug.exceptions import Conflict, HTTPException

MODE = os.environ["JOYNDPAY_MODE"]  # test or live, as the keys are: a checkout page of the other mode is not handed out
JOYNDPAY = os.environ.get("JOYNDPAY_URL", "https://joyndpay.com")
KEYS = {"ApiKey": os.environ["JOYNDPAY_PUBLIC_KEY"], "SecretKey": os.environ["JOYNDPAY_SECRET_KEY"]}
# Seconds to connect and to answer, less than the button's 10; redirects get no keys.
CALL = {"headers": KEYS, "timeout": (3, 5), "allow_redirects": False}
SHOP = os.environ["SHOP_ORIGIN"]  # of the page with the button, such as https://shop.example
PUBLIC_URL = os.environ["PUBLIC_URL"]  # under which JoyndPay reaches this program, such as https://shop.example
DATABASE = os.path.join(os.environ.get("DATA_DIR", "."), f"payments-{MODE}.sqlite")
# The shop's own prices: the page names an article, never an amount. Whole shillings; README.md says how to have cents.
CATALOGUE, CURRENCY = {"kitenge-tee": 25000, "coffee-kg": 38000}, "UGX"

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 64 * 1024


def query(sql, *values):
    with closing(sqlite3.connect(DATABASE, timeout=5, isolation_level=None)) as db:
        db.row_factory = sqlite3.Row
        return db.execute(sql, values).fetchall()


query("""CREATE TABLE IF NOT EXISTS payments (order_id TEXT PRIMARY KEY, key TEXT UNIQUE, wish TEXT, token TEXT,
    amount INTEGER, begun INTEGER, status TEXT NOT NULL, reason TEXT, redirect_url TEXT)""")


def payment(column, value):
    value = str(value).encode("ascii", "replace").decode()
    return next(iter(query(f"SELECT *, strftime('%s', 'now') - begun AS age FROM payments WHERE {column} = ?", value)), None)


def fields():
    body = request.get_json()
    return body if isinstance(body, dict) else abort(400, "the body is not a JSON object")


def shown(row):
    """How a payment stands, and where it is paid: the answer of initiate and of verify."""
    return {"order_id": row["order_id"], "token": row["token"], "status": row["status"], "reason": row["reason"],
            "redirect_url": None if row["status"] == "success" else row["redirect_url"],
            "amount": str(row["amount"]), "currency": CURRENCY, "fees_added": MODE == "live", "test": MODE == "test"}


def joyndpay(path, body):
    """The `data` of JoyndPay's answer; empty where it says no; 409 where nobody knows what became of the call."""
    try:
        answer = requests.post(f"{JOYNDPAY}/api/{path}/payment", json=body, **CALL).json()
        if answer["status"] == "success" and answer["data"]["order_id"] == body["order_id"]:
            return answer["data"]
    except (requests.RequestException, LookupError, TypeError) as error:
        answer = {"status": repr(error)}
    app.logger.warning("%s: %s answers %s", body["order_id"], path, answer)
    return {} if answer["status"] == "error" else abort(409, "JoyndPay gave no answer: it will be looked up, ask again")


@app.post("/pay/initiate")
def initiate():
    body, key = fields(), request.headers.get("Idempotency-Key", "").strip('"')
    sku, quantity, back = body.get("sku"), body.get("quantity", 1), body.get("return_url")
    if not isinstance(sku, str) or sku not in CATALOGUE or type(quantity) is not int or not 1 <= quantity <= 999:
        abort(400, "accepted: sku, an article of the catalogue, and quantity, a whole number from 1 to 999")
    if len(key) != 36 or not isinstance(back, str) or not f"{back}/".startswith(f"{SHOP}/"):
        abort(400, f"accepted: return_url, a page of {SHOP}, and the header Idempotency-Key, a UUID")
    wish = f"{quantity} {sku}"  # what is paid for: whatever else counts belongs in here, too
    row = payment("key", key)
    if row and row["wish"] != wish:
        abort(422, "Idempotency-Key: was used with another body")
    row = settle(row) if row and row["status"] == "begun" else row
    return shown(row if row and row["key"] else begin(key, wish, CATALOGUE[sku] * quantity, back))


def begin(key, wish, amount, back):
    """Opens a payment at JoyndPay. It is written down first: of two requests at once, the second finds the first."""
    order_id, token = secrets.token_hex(8).upper(), secrets.token_urlsafe(24)
    query("INSERT INTO payments VALUES (?, ?, ?, ?, ?, strftime('%s', 'now'), 'begun', NULL, NULL) ON CONFLICT DO NOTHING",
          order_id, key, wish, token, amount)
    payment("order_id", order_id) or abort(409, "the first request with this key is still running")
    ask = {"order_id": order_id, "amount": amount, "currency": CURRENCY}
    back += f"{'&' if '?' in back else '?'}malipo_order={order_id}&malipo_token={token}"
    data = joyndpay("initiate", {**ask, "ipn_url": f"{PUBLIC_URL}/pay/ipn", "callback_url": back})
    url = str(data.get("redirect_url"))
    if any(data.get(name) != ask[name] for name in ask) or not url.startswith(f"{JOYNDPAY}/make/payment/{MODE}/"):
        query("UPDATE payments SET status = 'failed', key = NULL WHERE order_id = ? AND status = 'begun'", order_id)
        abort(424, "JoyndPay did not begin the payment that was asked for; the backend's log says more")
    query("UPDATE payments SET status = 'pending', redirect_url = ? WHERE order_id = ? AND status = 'begun'", url, order_id)
    return payment("order_id", order_id)


def settle(row):
    """Asks JoyndPay how a payment stands, and writes it down. Paid stays paid; what failed may be paid after all."""
    if row["status"] == "begun" and row["age"] < 15:
        abort(409, "the first request with this key is still running")
    data = joyndpay("verify", {"order_id": row["order_id"]})
    status, reason, paid = data.get("status"), None, data.get("amount")
    # More than the price is well: live, JoyndPay's fees come on top.
    enough = type(paid) in (int, float) and paid >= row["amount"] and data.get("currency") == CURRENCY
    if (status == "success" and not enough) or (row["reason"] and status != "success"):
        status, reason = "pending", "review"  # for a person to look at
    elif row["status"] == "begun" and status != "success":
        status = "failed"  # cut off: nobody has its page, so nobody can pay it, and the key may begin another
    if status in ("pending", "success", "failed") and (status, reason) != (row["status"], row["reason"]):
        # Deliver by a job of your own that looks for status 'success' and notes what it delivered: never from a page.
        app.logger.warning("%s: %s (%s)", row["order_id"], status, data)
        # Failed is only what still stands as it was read: a page may have been handed out meanwhile.
        query("UPDATE payments SET status = ?1, reason = ?2, key = IIF(status = 'begun' AND ?1 = 'failed', NULL, key) "
              "WHERE order_id = ?3 AND IIF(?1 = 'failed', status = ?4, status <> 'success')",
              status, reason, row["order_id"], row["status"])
    return payment("order_id", row["order_id"])


@app.post("/pay/verify")
def verify():
    body = fields()
    row, token = payment("order_id", body.get("order_id")), str(body.get("token")).encode("ascii", "replace")
    if not row or not secrets.compare_digest(row["token"].encode(), token):
        abort(404, "no such order, or its token is missing or wrong")
    with suppress(Conflict):  # then it stays as it is
        row = row if row["status"] == "success" else settle(row)
    return shown(row)


@app.post("/pay/ipn")
def ipn():
    """It is signed by nobody: it proves nothing, and means "go and ask"."""
    body = request.get_json(silent=True)
    row = payment("order_id", (body if isinstance(body, dict) else request.form).get("order_id"))
    if row and row["status"] != "success":
        settle(row)
    return {"status": "success"}


@app.cli.command("reconcile")
def reconcile():
    """For cron, every few minutes: asks about what no page and no notification has told."""
    since = "status NOT IN ('begun', 'success') AND begun > strftime('%s', 'now') - 259200"
    for row in query(f"SELECT *, strftime('%s', 'now') - begun AS age FROM payments WHERE {since}"):
        with suppress(Conflict):
            settle(row)


@app.errorhandler(HTTPException)
def refused(error):
    code = {400: "bad-option", 409: "busy", 415: "bad-option", 422: "order-changed"}.get(error.code, "backend")
    answer = {"status": "error", "code": code, "error": [error.description]}
    return answer, error.code, {"Retry-After": "3"} if error.code == 409 else {}


@app.after_request
def dressed(response):
    response.headers.update({
        "Access-Control-Allow-Origin": SHOP, "Access-Control-Allow-Headers": "content-type, idempotency-key",
        "Access-Control-Expose-Headers": "Retry-After", "Access-Control-Max-Age": "7200", "Cache-Control": "no-store"})
    return response
