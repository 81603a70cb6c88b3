"use client";

import { PayButton } from "malipo/react";
import { useState } from "react";

export default function Shop() {
  const [order, setOrder] = useState();
  return (
    <>
      <h1>Shop</h1>
      <PayButton
        id="pay"
        initiateUrl="/pay/initiate"
        verifyUrl="/pay/verify"
        sku="kitenge-tee"
        amount="25000"
        currency="UGX"
        onSuccess={({ detail }) => setOrder(detail.orderId)}
      />
      {order && <p id="paid">Paid: {order}</p>}
    </>
  );
}
