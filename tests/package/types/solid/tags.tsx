// The tags in Solid's JSX.
import type {} from "malipo/types/solid";

export const right = (
  <>
    <pay-button
      initiate-url="/pay/initiate"
      verify-url="/pay/verify"
      quantity={2}
      class="wide"
      ref={(element) => void element?.start()}
      onClick={(event) => event.currentTarget.state}
      on:pay-success={(event) => event.detail.orderId.length}
      prop:headers={{ "x-csrf": "1" }}
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
  <pay-button initiate-url="/i" verify-url="/v" on:pay-expired={(event) => event.detail.amount} />,
  // @ts-expect-error -- no verify-url
  <pay-status />,
];
