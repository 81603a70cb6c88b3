//! The cases of `server/tests/it/store`, over memory.

#[path = "../../../../../server/tests/it/store/begin.rs"]
mod begin;
#[path = "../../../../../server/tests/it/store/bench.rs"]
mod bench;
#[path = "../../../../../server/tests/it/store/due.rs"]
mod due;
#[path = "../../../../../server/tests/it/store/kept.rs"]
#[expect(dead_code, reason = "cases that look into the tables")]
mod kept;
#[path = "../../../../../server/tests/it/store/outbox.rs"]
mod outbox;
mod place;
#[path = "../../../../../server/tests/it/store/quotas.rs"]
mod quotas;
#[path = "../../../../../server/tests/it/store/recipients.rs"]
#[expect(dead_code, reason = "cases that look into the tables")]
mod recipients;
#[path = "../../../../../server/tests/it/store/settle.rs"]
mod settle;
#[path = "../../../../../server/tests/it/store/transactions.rs"]
#[expect(dead_code, reason = "cases that look into the tables")]
mod transactions;

use bench::{Bench, LATER, NOW, SUCCESS, page, price, ugx};
use place::Place;

macro_rules! cases {
    ($($room:ident { $($case:ident),+ $(,)? })+) => {
        $(mod $room {
            $(#[tokio::test]
            async fn $case() {
                crate::store::$room::$case(crate::store::Bench::memory().await).await;
            })+
        })+
    };
}

mod each {
    cases! {
        begin {
            a_new_order_gets_an_attempt_under_its_own_name,
            a_second_press_gets_the_attempt_there_is,
            a_price_never_changes,
            a_live_attempt_is_nobody_elses,
            an_attempt_that_is_being_called_is_waited_for,
            an_old_attempt_is_asked_about_before_a_new_one,
            a_paid_order_is_paid_for_whoever_asks,
            an_expired_quote_begins_nothing,
            a_key_belongs_to_its_payload_and_its_order,
            a_key_is_forgotten_after_a_day,
            a_name_that_is_taken_is_not_used_twice,
            many_presses_at_once_begin_one_attempt,
            one_key_at_once_for_many_orders_begins_one_attempt,
            many_orders_at_once_do_not_disturb_each_other,
        }
        settle {
            each_answer_to_a_beginning_is_noted,
            an_answer_that_comes_too_late_opens_no_second_page,
            an_answer_for_an_order_that_was_paid_meanwhile_opens_no_page,
            a_success_is_noted_once_with_what_was_received,
            a_second_success_of_an_order_is_a_duplicate,
            a_failure_may_still_become_paid,
            a_wrong_amount_waits_for_a_person,
            what_changes_nothing_is_not_a_step,
            many_successes_at_once_pay_an_order_once,
            two_attempts_that_succeed_at_once_are_one_payment_and_one_duplicate,
            an_unknown_attempt_is_no_attempt,
        }
        due {
            what_is_due_is_taken_once_and_comes_back,
            the_longest_due_comes_first_and_each_provider_has_its_own,
            many_takers_at_once_share_what_is_due,
            a_next_time_is_not_noted_over_a_newer_one,
            what_is_paid_is_not_looked_up_again,
            a_call_that_was_cut_off_is_recovered,
        }
        kept {
            a_token_opens_its_order_for_a_day,
            an_attempt_is_found_by_its_secrets_and_its_names,
            strange_text_is_kept_or_not_known_but_never_a_failure,
            the_mode_is_written_once,
            it_is_ready_again_and_again,
            attempts_that_wait_are_counted_by_status,
            everything_outlives_the_process,
        }
        transactions {
            the_shop_is_told_of_a_second_payment_once,
            two_payments_told_at_once_are_a_first_and_a_second,
        }
        outbox {
            a_step_is_told_on_each_channel_in_its_own_transaction,
            a_delivery_is_taken_once_and_comes_back,
            many_couriers_at_once_share_the_deliveries,
            what_was_given_up_is_tried_again_on_request,
            finished_deliveries_are_dropped_after_a_month,
            an_event_never_gets_the_name_of_one_that_was_dropped,
        }
        quotas {
            calls_are_leased_up_to_the_limit_and_come_back,
            a_refusal_is_heeded_and_wears_off,
            many_servers_at_once_stay_within_the_limit,
        }
        recipients {
            a_recipient_gets_three_sends_a_day,
            what_was_not_sent_is_not_counted,
            many_servers_at_once_stay_within_a_recipients_limit,
        }
    }
}
