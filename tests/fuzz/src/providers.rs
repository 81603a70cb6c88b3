//! What providers say: answers to our calls, and notifications.

use axum::http::{HeaderMap, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use malipo_server::clock::UnixMs;
use malipo_server::config::Config;
use malipo_server::payment::settle::Observation;
use malipo_server::payment::{Attempt, AttemptId, AttemptStatus, Opened, Reference};
use malipo_server::provider::{
    HttpResponse, JengaAdapter, JoPayAdapter, JoyndPayAdapter, Notice, NoticeError, NoticeRequest,
    Opening, Provider, ProviderError,
};
use malipo_wire::{Customer, Money};
use sha2::Sha256;

use super::documents::{self, Says};
use super::{head, status};

const REFERENCE: &str = "ORD0000012345";
const SECRET: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
/// 2026-04-05T14:30:00Z, in seconds.
const NOW_S: i64 = 1_775_399_400;

fn config() -> Config {
    let key = super::server::KEY_FILE;
    let text = format!(
        "shop = \"demo\"\nmode = \"sandbox\"\npublic_url = \"https://pay.example\"\nshop_origins = [\"https://shop.example\"]\n\
         provider = \"joyndpay\"\nquote.key = \"0123456789abcdef0123456789abcdef\"\n\
         joyndpay.public_key = \"P\"\njoyndpay.secret_key = \"S\"\n\
         jopay.api_key = \"jo_test_7\"\njopay.merchant_id = \"33333333-3333-4333-8333-333333333333\"\njopay.webhook_secret = \"{SECRET}\"\n\
         jenga.api_key = \"A\"\njenga.merchant_code = \"9000000001\"\njenga.consumer_secret = \"C\"\njenga.private_key_file = \"{key}\"\n\
         jenga.ipn_username = \"ipnuser\"\njenga.ipn_password = \"ipn-password-of-jenga\""
    );
    Config::read(&text, []).unwrap_or_else(|it| panic!("{it:?}"))
}

struct All {
    joyndpay: JoyndPayAdapter,
    jopay: JoPayAdapter,
    jenga: JengaAdapter,
}

/// Made once: reading a key from the disk takes longer than a target.
fn all() -> &'static All {
    static ALL: std::sync::OnceLock<All> = std::sync::OnceLock::new();
    ALL.get_or_init(|| {
        let config = config();
        let providers = &config.providers;
        All {
            joyndpay: JoyndPayAdapter::new(providers.joyndpay.clone().unwrap(), config.mode),
            jopay: JoPayAdapter::new(providers.jopay.clone().unwrap(), &config),
            jenga: JengaAdapter::new(providers.jenga.clone().unwrap(), config.mode),
        }
    })
}

fn attempt(provider: &str, price: Money) -> Attempt {
    let (id, order) = (AttemptId("a".to_owned()), REFERENCE.parse().unwrap());
    let reference = Reference(REFERENCE.to_owned());
    Attempt {
        provider_ref: Some("req_1".to_owned()),
        status: AttemptStatus::Pending,
        ..Attempt::new(id, order, provider, reference, price, UnixMs(0))
    }
}

/// A provider's answer hands out its own page for the price that was asked, or nothing; and tells of this attempt what it says
/// by the provider's documents, or nothing.
pub(crate) fn openings(bytes: &[u8]) {
    let (status, body) = status(bytes);
    let response = HttpResponse {
        status,
        retry_after: None,
        body: body.to_vec(),
    };
    let text = String::from_utf8_lossy(body);
    let all = all();
    let joyndpay = open("KES", |it| all.joyndpay.read_opening(it, &response));
    if let Some(url) = joyndpay.and_then(|it| it.redirect_url) {
        assert!(url.starts_with("https://joyndpay.com/"), "{url}");
        let is_asked = documents::joyndpay_opens(body, REFERENCE, "25", "KES");
        assert!(is_asked, "{text}");
    }
    let jopay = open("EUR", |it| all.jopay.read_opening(it, &response));
    if let Some(url) = jopay.and_then(|it| it.redirect_url) {
        assert!(url.starts_with("https://pay.jopay.app/"), "{url}");
        let is_asked = documents::jopay_opens(status, body, REFERENCE, 2_500, "EUR");
        assert!(is_asked, "{text}");
    }
    let jenga = open("KES", |it| all.jenga.read_opening(it, &response));
    assert_eq!(jenga.and_then(|it| it.redirect_url), None, "{text}");

    let seen = JoyndPayAdapter::read_look_up(&Reference(REFERENCE.to_owned()), &response);
    let meant = documents::joyndpay(body, REFERENCE);
    agrees(seen, meant, |it| it.to_decimal(), &text);
    let euro = Money::from_minor(2_500, "EUR".parse().unwrap()).unwrap();
    let attempt = attempt("jopay", euro);
    let now = UnixMs(NOW_S * 1000);
    let seen = all.jopay.read_look_up(&attempt, &response, now);
    let meant = documents::jopay(status, body, REFERENCE, "req_1");
    agrees(seen, meant, |it| it.minor().to_string(), &text);
}

/// An outcome is the one that the documents say, to the amount.
fn agrees(
    seen: Result<Observation, ProviderError>,
    meant: Option<Says>,
    written: impl FnOnce(Money) -> String,
    text: &str,
) {
    let is_right = match (seen, meant) {
        (Ok(Observation::Success(None)), meant) => matches!(meant, Some(Says::Paid(_))),
        (Ok(Observation::Success(Some(money))), Some(Says::Paid(Some((amount, currency))))) => {
            money.currency().code() == currency && documents::is_same(&written(money), &amount)
        }
        (Ok(Observation::Success(Some(_))), _) => false,
        (Ok(Observation::Failed(_)), meant) => {
            matches!(meant, Some(Says::Failed | Says::Attached))
        }
        (Ok(_) | Err(_), _) => true,
    };
    assert!(is_right, "{text}");
}

fn open(
    currency: &str,
    read: impl FnOnce(&Opening<'_>) -> Result<Opened, ProviderError>,
) -> Option<Opened> {
    let customer = Customer {
        name: Some("Amina Wanjiru".to_owned()),
        email: Some("amina@example.test".to_owned()),
        phone: Some("0712345678".to_owned()),
    };
    let opening = Opening {
        order_id: &REFERENCE.parse().unwrap(),
        reference: &Reference(REFERENCE.to_owned()),
        price: Money::from_minor(2_500, currency.parse().unwrap()).unwrap(),
        description: None,
        customer: &customer,
        notify_url: "https://pay.example/n/secret-of-the-address",
        callback_url: "https://pay.example/r?of=secret-of-the-return",
        now: UnixMs(NOW_S * 1000),
    };
    match read(&opening) {
        Ok(opened) => Some(opened),
        Err(error) => {
            let said = error.to_string();
            assert!(
                said.len() < 4_000,
                "{} bytes of it are passed on",
                said.len()
            );
            None
        }
    }
}

/// A header, and a body on the lines after it: nothing is believed that is not signed; what is, names an attempt shortly.
pub(crate) fn notices(bytes: &[u8]) {
    let (header, body) = head(bytes);
    let read = |provider: &dyn Provider, name: &'static str, value: &str| {
        let mut headers = HeaderMap::new();
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
        let now = UnixMs(NOW_S * 1000);
        provider.read_notice(&NoticeRequest {
            headers: &headers,
            body,
            now,
        })
    };
    let all = all();
    let signature = {
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(format!("{NOW_S}.").as_bytes());
        mac.update(body);
        hex::encode(mac.finalize().into_bytes())
    };
    let forged = read(&all.jopay, "x-jopay-signature", header);
    if !header.to_lowercase().contains(&signature) {
        // Stale: signed, but for another time, which nobody without the secret can do.
        assert_eq!(forged, Err(NoticeError::Forged), "{header}");
    }
    check(read(
        &all.jopay,
        "x-jopay-signature",
        &format!("v1={signature},t={NOW_S}"),
    ));
    let good = STANDARD.encode("ipnuser:ipn-password-of-jenga");
    let forged = read(&all.jenga, "authorization", header);
    if !header.contains(&good) {
        assert_eq!(forged, Err(NoticeError::Forged), "{header}");
    }
    check(read(&all.jenga, "authorization", &format!("Basic {good}")));
    check(read(&all.joyndpay, "content-type", header));
}

fn check(seen: Result<Option<Notice>, NoticeError>) {
    match seen {
        Ok(None) | Err(NoticeError::Unreadable) => {}
        Ok(Some(notice)) => {
            assert!(notice.names.len() < 20, "{notice:?}");
            assert!(notice.summary.len() < 2_000, "{notice:?}");
        }
        Err(error) => panic!("{error:?} though it was signed"),
    }
}
