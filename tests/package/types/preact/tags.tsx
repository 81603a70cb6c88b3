// The tags in Preact's JSX.
import type {} from "malipo/types/preact";

export const right = (
  <>
    <pay-button
      initiate-url="/pay/initiate"
      verify-url="/pay/verify"
      quantity={2}
      class="wide"
      key="one"
      ref={(element) => void element?.start()}
      onClick={(event) => event.currentTarget.state}
      onpay-success={(event) => event.detail.orderId.length}
      headers={{ "x-csrf": "1" }}
    >
      <form method="post" action="/pay/checkout">
        <button>Pay</button>
      </form>
    </pay-button>
    <pay-status verify-url="/pay/verify" />
  </>
);

export const wrong = [
  // @ts-expect-error -- no verify-url
  <pay-button initiate-url="/pay/initiate" />,
  // @ts-expect-error -- no such attribute
  <pay-button initiate-url="/i" verify-url="/v" colour="red" />,
  // @ts-expect-error -- numbers lose digits
  <pay-button initiate-url="/i" verify-url="/v" amount={10000} />,
  // @ts-expect-error -- no such mode
  <pay-button initiate-url="/i" verify-url="/v" mode="iframe" />,
  // @ts-expect-error -- not in this event
  <pay-button initiate-url="/i" verify-url="/v" onpay-expired={(event) => event.detail.amount} />,
  // @ts-expect-error -- no verify-url
  <pay-status />,
];
