import "malipo";
import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";

function Shop() {
  const [order, setOrder] = useState();
  return (
    <>
      <h1>Shop</h1>
      <pay-button
        id="pay"
        initiate-url="/pay/initiate"
        verify-url="/pay/verify"
        sku="kitenge-tee"
        amount="25000"
        currency="UGX"
        onpay-success={({ detail }) => setOrder(detail.orderId)}
      />
      {order && <p id="paid">Paid: {order}</p>}
    </>
  );
}

createRoot(document.querySelector("#app")).render(
  <StrictMode>
    <Shop />
  </StrictMode>,
);
