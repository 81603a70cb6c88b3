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
  // @ts-expect-error -- attributes are in kebab-case
  <pay-button initiateUrl="/pay/initiate" verifyUrl="/pay/verify" />,
  // @ts-expect-error -- no such attribute
  <pay-button initiate-url="/i" verify-url="/v" colour="red" />,
  // @ts-expect-error -- a secret
  <pay-button initiate-url="/i" verify-url="/v" secret-key="sk" />,
  // @ts-expect-error -- a secret
  <pay-button initiate-url="/i" verify-url="/v" apiKey="sk" />,
  // @ts-expect-error -- numbers lose digits
  <pay-button initiate-url="/i" verify-url="/v" amount={10000} />,
  // @ts-expect-error -- no such mode
  <pay-button initiate-url="/i" verify-url="/v" mode="iframe" />,
  // @ts-expect-error -- no such theme
  <pay-button initiate-url="/i" verify-url="/v" theme="blue" />,
  // @ts-expect-error -- as fetch's
  <pay-button initiate-url="/i" verify-url="/v" credentials="always" />,
  // @ts-expect-error -- disabled or not
  <pay-button initiate-url="/i" verify-url="/v" disabled="false" />,
  // @ts-expect-error -- null is no text
  <pay-button initiate-url="/i" verify-url="/v" quote={null} />,
  // @ts-expect-error -- one text, as the attribute has it
  <pay-button initiate-url="/i" verify-url="/v" checkout-origins={["https://a.example"]} />,
  // @ts-expect-error -- header values are texts
  <pay-button initiate-url="/i" verify-url="/v" prop:headers={{ "x-csrf": 1 }} />,
  // @ts-expect-error -- no such text
  <pay-button initiate-url="/i" verify-url="/v" prop:texts={{ payed: "Got it!" }} />,
  // @ts-expect-error -- no such event
  <pay-button initiate-url="/i" verify-url="/v" on:payed={() => {}} />,
  // @ts-expect-error -- not in this event
  <pay-button initiate-url="/i" verify-url="/v" on:pay-expired={(event) => event.detail.amount} />,
  // @ts-expect-error -- a status page begins nothing
  <pay-status verify-url="/v" headless />,
  // @ts-expect-error -- no verify-url
  <pay-status />,
];
