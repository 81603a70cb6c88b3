//! The list of cases: every store passes all of them, each test crate over the stores that it has.

/// Hands a list of cases to the macro that makes tests of them: those of every store (`everywhere`), or those about tables
/// and what is kept for operators alone, which the model of the simulation has not (`tables`).
macro_rules! list {
    (everywhere: $tests:ident) => {
        $tests! {
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
                a_notification_makes_due_what_its_word_can_still_change,
                the_last_payments_are_read_with_what_was_told_of_them,
            }
            kept {
                a_token_opens_its_order_for_a_day,
                an_attempt_is_found_by_its_secrets_and_its_names,
                a_cancel_changes_nothing_about_the_money,
                parked_notices_are_counted_and_kept_until_they_are_dropped,
                strange_text_is_kept_or_not_known_but_never_a_failure,
                old_tokens_and_keys_are_dropped,
                the_mode_is_written_once,
                it_is_ready_again_and_again,
                attempts_that_wait_are_counted_by_status,
                everything_outlives_the_process,
            }
            transactions {
                a_second_transaction_of_an_attempt_is_told_once_and_kept,
                a_transaction_is_known_by_any_of_its_references,
                a_payment_of_a_closed_attempt_of_which_nothing_is_noted_is_for_a_person,
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
                what_a_clock_noted_that_was_an_hour_ahead_counts_no_more_once_it_is_set_back,
                where_clocks_are_further_apart_each_server_keeps_the_limit_by_itself,
                many_servers_at_once_stay_within_the_limit,
            }
            recipients {
                a_recipient_gets_three_sends_a_day,
                what_was_not_sent_is_not_counted,
                old_sends_are_forgotten,
                many_servers_at_once_stay_within_a_recipients_limit,
            }
        }
    };
    (tables: $tests:ident) => {
        $tests! {
            updates {
                references_that_were_joined_are_known_apart_after_the_update,
            }
            records {
                orders_are_listed_newest_first_page_by_page,
                a_list_is_filtered_by_status_provider_and_age,
                an_order_with_many_attempts_is_listed_once,
                what_the_shop_was_told_is_shown_with_what_went_wrong,
                parked_notices_are_listed_and_dropped_by_name,
                what_an_operator_watches_is_counted,
                failures_are_counted,
                the_last_day_is_counted_by_the_hour,
                who_is_told_is_known_to_commands_beside_the_server,
            }
            links {
                a_link_is_kept_as_it_was_and_found_by_each_of_its_names,
                links_are_listed_newest_first,
                no_two_have_one_name,
                each_payers_payment_is_noted_in_its_own_row,
                a_change_is_noted_only_over_what_was_read,
                a_link_that_was_not_made_is_forgotten_unless_somebody_paid_it,
                many_payments_of_one_link_at_once_are_all_noted_once,
                five_hundred_payers_are_noted_at_once,
            }
            refunds {
                a_note_is_appended_and_changes_no_money,
                an_attempt_becomes_refunded_on_request_alone,
                what_was_refunded_without_paying_the_order_is_no_success,
                what_cannot_have_been_paid_is_not_noted,
                many_notes_at_once_are_all_kept,
            }
        }
    };
}
