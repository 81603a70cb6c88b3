"""A shop's own backend behind the pay button, for JoyndPay: what it takes and answers. See README.md."""

import os
import secrets

from flask import Flask, abort, redirect, request
from werkzeug.exceptions import HTTPException

from payments import begin, payment, settle, shown

# The shop's own prices, in whole shillings: the page names an article, never an amount.
CATALOGUE = {"kitenge-tee": 25000, "coffee-kg": 38000}
SHOP = os.environ["SHOP_ORIGIN"]  # of the page with the button, such as https://shop.example
UNKNOWN = "what became of this payment is not known yet: ask again"
CODES = {400: "bad-option", 409: "busy", 413: "bad-option", 415: "bad-option", 422: "order-changed"}

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 64 * 1024


def fields():
    body = request.get_json()
    return body if isinstance(body, dict) else abort(400, "the body is not a JSON object")


@app.post("/pay/initiate")
def initiate():
    body, key = fields(), request.headers.get("Idempotency-Key", "").strip('"')
    sku, quantity, return_url = body.get("sku"), body.get("quantity", 1), body.get("return_url")
    is_many = type(quantity) is int and 1 <= quantity <= 999
    if not isinstance(sku, str) or sku not in CATALOGUE or not is_many:
        abort(400, "accepted: sku, an article of the catalogue, and quantity, from 1 to 999")
    is_url = isinstance(return_url, str) and return_url.isascii()
    if len(key) != 36 or not is_url or not f"{return_url}/".startswith(f"{SHOP}/"):
        abort(400, f"accepted: return_url, a page of {SHOP}, and Idempotency-Key, a UUID")
    wish = f"{quantity} {sku}"  # what is paid for: whatever else counts belongs in here, too
    row = payment("key", key)
    if row and row["wish"] != wish:
        abort(422, "Idempotency-Key: was used with another body")
    if row and row["status"] == "begun":
        row = settle(row) or abort(409, UNKNOWN)
    if row is None or row["key"] is None:  # none yet, or one whose page nobody has
        row = begin(key, wish, CATALOGUE[sku] * quantity, return_url) or abort(409, UNKNOWN)
    if row["key"] is None:
        abort(424, "JoyndPay did not begin this payment; the backend's log says more")
    return shown(row)


@app.post("/pay/verify")
def verify():
    body = fields()
    row, token = payment("order_id", body.get("order_id")), str(body.get("token")).encode("ascii", "replace")
    if not row or not secrets.compare_digest(row["token"].encode(), token):
        abort(404, "no such order, or its token is missing or wrong")
    return shown(row if row["status"] == "success" else settle(row) or row)


@app.post("/pay/ipn")
def ipn():
    """It is signed by nobody: it proves nothing, and means "go and ask"."""
    body = request.get_json(silent=True)
    row = payment("order_id", (body if isinstance(body, dict) else request.form).get("order_id"))
    if row and row["status"] != "success":
        settle(row) or abort(503, UNKNOWN)
    return {"status": "success"}


@app.get("/pay/return")
def back():
    """The shopper is back: on to the shop's page, with the token in the fragment, which no server is sent."""
    row = payment("back", request.args.get("of"))
    if not row:
        return redirect(SHOP, 303)
    return redirect(f"{row['return_url']}#malipo_order={row['order_id']}&malipo_token={row['token']}", 303)


@app.errorhandler(HTTPException)
def refused(error):
    answer = {"status": "error", "code": CODES.get(error.code, "backend"), "error": [error.description]}
    return answer, error.code, {"Retry-After": "3"} if error.code in (409, 503) else {}


@app.after_request
def dressed(response):
    response.headers.update({
        "Cache-Control": "no-store",
        "Access-Control-Allow-Origin": SHOP,
        "Access-Control-Allow-Headers": "content-type, idempotency-key",
        "Access-Control-Expose-Headers": "Retry-After",
        "Access-Control-Max-Age": "7200",
    })
    return response
