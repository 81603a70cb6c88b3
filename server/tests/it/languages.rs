//! The languages of the server's own pages.

use crate::world::{SHOP, World};

const ORDER: &str = "ORDER-0000001";

#[tokio::test]
async fn a_shopper_reads_the_servers_pages_in_the_browsers_language() {
    let world = World::new().await;
    let answer = world.opened(ORDER).await;
    let request = world.fake.payment(ORDER).request;
    let url = request["callback_url"].as_str().unwrap().to_owned();
    let returning = url.strip_prefix("http://127.0.0.1:9").unwrap();
    let link = format!("/pay/link/{}", answer["token"].as_str().unwrap());
    for (path, asked, parts) in [
        (
            returning,
            "sw-TZ,en;q=0.5",
            [
                "<html lang=\"sw\" dir=\"ltr\">",
                "Tunaangalia malipo yako",
                "data-can-close=\"Unaweza kufunga",
                "UGX 10,000",
            ],
        ),
        (
            &link,
            "ar",
            [
                "<html lang=\"ar\" dir=\"rtl\">",
                "العودة إلى المتجر",
                "تجربة: لا تُحوَّل أي أموال",
                "10,000 UGX",
            ],
        ),
        (
            "/pay/return?of=x",
            "fr-RW",
            [
                "<html lang=\"fr\" dir=\"ltr\">",
                "Ce lien ne mène à aucun paiement",
                "Retour à la boutique",
                "Test : aucun argent ne circule",
            ],
        ),
        (
            "/pay/link/x",
            "lg",
            [
                "<html lang=\"lg\" dir=\"ltr\">",
                "Linki eno tetuusa ku kusasula kwonna",
                "oba esusse olunaku lumu",
                "Ddayo ku dduuka",
            ],
        ),
    ] {
        let headers = [("accept-language", asked)];
        let page = world.send("GET", path, &headers, "").await;
        assert_eq!(page.header("vary"), "accept-language", "{path}");
        for part in parts {
            assert!(page.text.contains(part), "{path} {part}: {}", page.text);
        }
    }
    let headers = [
        ("accept-language", "es"),
        ("origin", SHOP),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let wrong = world.send("POST", "/pay/checkout", &headers, "sku=").await;
    assert_eq!(wrong.status, 400);
    for part in [
        "<html lang=\"es\"",
        "No se pudo iniciar este pago",
        "<p lang=\"en\" dir=\"ltr\">the form has neither a quote nor a sku</p>",
    ] {
        assert!(wrong.text.contains(part), "{part}: {}", wrong.text);
    }
}
