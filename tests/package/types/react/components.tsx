// The components of malipo/react.
import type { PayButtonElement, PayStatusElement } from "malipo";
import { PayButton, PayStatus, type PayButtonProps } from "malipo/react";
import { createRef, useRef } from "react";

const endpoints = { initiateUrl: "/pay/initiate", verifyUrl: "/pay/verify" };

export function Right() {
  const button = useRef<PayButtonElement>(null);
  const more: Partial<PayButtonProps> = { "aria-label": "Pay for the tea" };
  return (
    <>
      <PayButton
        {...endpoints}
        {...more}
        key="one"
        ref={button}
        amount="10000"
        currency="UGX"
        mode="auto"
        pollInterval={5000}
        checkoutOrigins={["https://pay.example"]}
        headers={{ "x-csrf": "1" }}
        disabled={false}
        className="wide"
        style={{ width: "100%" }}
        id="pay"
        onClick={() => void button.current?.start()}
        onStart={(event) => event.preventDefault()}
        onInitiated={(event) => event.detail.redirectUrl?.length}
        onOpened={({ detail }) => detail.mode === "popup"}
        onBlocked={({ detail }) => detail.orderId?.length}
        onSent={({ detail }) => detail.sentTo.length}
        onPending={({ detail }) => detail.checks + 1}
        onSuccess={(event) => event.detail.orderId.length}
        onFailed={({ detail }) => detail.reason === "declined"}
        onExpired={({ detail }) => detail.orderId}
        onCancelled={({ detail }) => detail.orderId?.length}
        onError={(event) => event.detail.code === "network"}
        onChange={({ detail }) => detail.previous === "idle"}
      >
        <form method="post" action="/pay/checkout">
          <button>Pay</button>
        </form>
      </PayButton>
      <PayStatus verifyUrl="/pay/verify" orderId={17} onSuccess={undefined} ref={createRef<PayStatusElement>()} />
    </>
  );
}

export const wrong = [
  // @ts-expect-error -- no verifyUrl
  <PayButton initiateUrl="/pay/initiate" />,
  // @ts-expect-error -- props are in camelCase
  <PayButton {...endpoints} verifyURL="/pay/verify" />,
  // @ts-expect-error -- numbers lose digits
  <PayButton {...endpoints} amount={10000} />,
  // @ts-expect-error -- no such mode
  <PayButton {...endpoints} mode="iframe" />,
  // @ts-expect-error -- a secret
  <PayButton {...endpoints} secretKey="sk" />,
  // @ts-expect-error -- the tag is the head
  <PayButton {...endpoints} headless />,
  // @ts-expect-error -- no such event
  <PayButton {...endpoints} onPaid={() => {}} />,
  // @ts-expect-error -- not in this event
  <PayButton {...endpoints} onSuccess={(event) => event.detail.reason} />,
  // @ts-expect-error -- handlers get the event
  <PayButton {...endpoints} onSuccess={(orderId: string) => orderId} />,
  // @ts-expect-error -- another element
  <PayStatus verifyUrl="/pay/verify" ref={createRef<HTMLInputElement>()} />,
  // @ts-expect-error -- no verifyUrl
  <PayStatus />,
];
