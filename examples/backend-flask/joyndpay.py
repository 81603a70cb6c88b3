"""Calls JoyndPay, with the keys of the environment."""

import asyncio
import logging
import os
import ssl

import httpx

MODE = os.environ["JOYNDPAY_MODE"]  # test or live, as the keys are
URL = os.environ.get("JOYNDPAY_URL", "https://joyndpay.com")
KEYS = {"ApiKey": os.environ["JOYNDPAY_PUBLIC_KEY"], "SecretKey": os.environ["JOYNDPAY_SECRET_KEY"]}
TLS = ssl.create_default_context()
# Seconds for a whole call, to the last byte: the button waits 10 for verify.
LIMIT = 8


def is_checkout(url):
    """Whether this is a checkout page of JoyndPay's, and of the keys' mode."""
    return str(url).startswith(f"{URL}/make/payment/{MODE}/")


def call(path, body):
    """The `data` of JoyndPay's answer: {} where it says no, None where nobody knows what became of it."""
    try:
        answer = asyncio.run(asyncio.wait_for(post(f"{URL}/api/{path}/payment", body), LIMIT))
        if answer["status"] == "success" and answer["data"]["order_id"] == body["order_id"]:
            return answer["data"]
    except (httpx.HTTPError, asyncio.TimeoutError, ValueError, LookupError, TypeError) as error:
        answer = {"status": repr(error)}
    logging.getLogger(__name__).warning("%s: %s answers %s", body["order_id"], path, answer)
    return {} if answer["status"] == "error" else None


async def post(url, body):
    """The answer's JSON. A redirect is not followed, for the keys must not go elsewhere."""
    async with httpx.AsyncClient(headers=KEYS, verify=TLS, timeout=LIMIT) as client:
        return (await client.post(url, json=body)).json()
