import { CUSTOM_ELEMENTS_SCHEMA, Component, signal } from "@angular/core";
import { bootstrapApplication } from "@angular/platform-browser";
import "malipo";
import type { PayEventMap } from "malipo";

@Component({
  selector: "app-root",
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
  template: `
    <h1>Shop</h1>
    <pay-button
      id="pay"
      initiate-url="/pay/initiate"
      verify-url="/pay/verify"
      sku="kitenge-tee"
      amount="25000"
      currency="UGX"
      (pay-success)="thank($event)"
    ></pay-button>
    @if (order()) { <p id="paid">Paid: {{ order() }}</p> }
  `,
})
class Shop {
  order = signal("");

  thank({ detail }: PayEventMap["pay-success"]) {
    this.order.set(detail.orderId);
  }
}

bootstrapApplication(Shop).catch((error) => console.error(error));
