"""A merchant's own backend as JoyndPay's API page shows it, in Python, behind the widget.

The bodies of `initiate` and `verify` follow the page's sample "payment without redirect" line by line; only `requests` is
replaced by the standard library. The price is the sample's: UGX 10000, whatever the page says.

Environment: PORT, JOYNDPAY_API (such as http://localhost:8788/joyndpay/api), JOYNDPAY_PUBLIC_KEY, JOYNDPAY_SECRET_KEY,
CALLBACK_URL, IPN_URL; WEB_ROOT, if set, is a folder of static files to serve beside.
"""

import json
import os
import urllib.error
import urllib.request
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

API_BASE = os.environ["JOYNDPAY_API"]
KEY = os.environ["JOYNDPAY_PUBLIC_KEY"]
SECRET = os.environ["JOYNDPAY_SECRET_KEY"]
CALLBACK_URL = os.environ["CALLBACK_URL"]
IPN_URL = os.environ["IPN_URL"]
WEB_ROOT = os.environ.get("WEB_ROOT")


def post(url, headers, body):
    """What `requests.post(url, headers=..., json=...).json()` does: error statuses have a body as well."""
    request = urllib.request.Request(url, json.dumps(body).encode(), headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=15) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        return json.load(error)


def initiate(asked):
    # Backend: initiate and return redirect_url + order_id to frontend (do NOT redirect)
    data = post(f'{API_BASE}/initiate/payment',
        headers={'ApiKey': KEY, 'SecretKey': SECRET, 'Content-Type': 'application/json'},
        body={'currency': 'UGX', 'amount': 10000, 'ipn_url': IPN_URL, 'callback_url': CALLBACK_URL})
    if data.get('status') == 'success':
        redirect_url = data['data']['redirect_url']
        order_id = data['data']['order_id']
        # Return to frontend: {"redirect_url": redirect_url, "order_id": order_id}
        return {"redirect_url": redirect_url, "order_id": order_id}
    # The sample stops here; the provider's error is passed through.
    return data


def verify(asked):
    # poll POST /api/verify/payment with {"order_id": order_id}: passed through
    return post(f'{API_BASE}/verify/payment',
        headers={'ApiKey': KEY, 'SecretKey': SECRET, 'Content-Type': 'application/json'},
        body={'order_id': asked.get('order_id')})


class Backend(SimpleHTTPRequestHandler):
    """Two POST routes, and the static files where there are any."""

    ROUTES = {"/pay/initiate": initiate, "/pay/verify": verify}

    def __init__(self, *arguments):
        super().__init__(*arguments, directory=WEB_ROOT or os.devnull)

    def do_POST(self):
        route = self.ROUTES.get(self.path)
        if route is None:
            self.send_error(404)
            return
        try:
            asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            status, answer = 200, route(asked if isinstance(asked, dict) else {})
        except ValueError:
            status, answer = 400, {"status": "error", "message": "The body, or the provider's answer, is not JSON."}
        except OSError:
            status, answer = 502, {"status": "error", "message": "The payment provider cannot be reached."}
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if WEB_ROOT:
            super().do_GET()
        else:
            self.send_error(404)

    do_HEAD = do_GET


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Backend)
    print(f"joyndpay.py listening on http://127.0.0.1:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
