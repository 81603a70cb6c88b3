//! The main path in Firefox, whichever browser the run is for; `make e2e-all` runs every test in it.

use malipo_e2e::shop::Button;
use malipo_e2e::world::in_firefox;
use serde_json::json;

#[test]
fn firefox_pays() {
    in_firefox(async |world| {
        let shop = world.shop(&Button::for_order("ORDER-0500")).await;
        shop.press().await;
        let detail = world.pay(&shop).await;
        assert_eq!(
            detail,
            json!({ "orderId": "ORDER-0500", "status": "success", "amount": "25000", "currency": "UGX" })
        );
        world.only_the_shop_is_open(&shop).await;
        assert_eq!(world.stack.payment().await["times_paid"], 1);
    });
}
