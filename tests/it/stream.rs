//! The server-sent events: they cause verifies and settle nothing, and a stream that is dead is opened anew.

use malipo::checkout::{Input, StateName, StreamEvent, Wake};

use crate::harness::*;

const STREAMED: &str = r#"{"order_id":"ORD-1","redirect_url":"https://pay.example/p/1","token":"tok-1","events_url":"/pay/events","amount":"10000","currency":"UGX"}"#;

#[test]
fn the_stream_is_opened_with_the_token_and_slows_the_poll_from_its_first_word_on() {
    let mut script = vec![
        (0, press()),
        (0, initiated(STREAMED)),
        (0, verifies(200, PENDING)),
    ];
    script.extend((0..10).map(|it| (it * 15_000 + 100, Act::Stream(StreamEvent::Alive))));
    let world = run(&script);
    assert_eq!(
        world.times("open-stream https://shop.example/pay/events?order_id=ORD-1 tok-1"),
        [0]
    );
    let times = world.times("verify");
    assert_eq!(times[..3], [20_000, 40_100, 60_200]);
    assert!(times.len() <= 10, "{times:?}");
}

#[test]
fn a_stream_that_is_lost_before_the_first_poll_brings_it_forward() {
    for (how, lost) in [
        ("ended", Act::Stream(StreamEvent::Ended)),
        ("refused", Act::Stream(StreamEvent::Refused)),
        ("hidden", wake(Wake::PageHidden)),
    ] {
        let mut script = vec![
            (0, Act::Stream(StreamEvent::Alive)),
            (4_000, Act::Stream(StreamEvent::Status("pending".into()))),
        ];
        script.extend([(5_000, lost), (8_000, Act::Nothing)]);
        let world = run(&after(STREAMED, &script));
        assert_eq!(world.times("verify"), [7_500], "{how}");
    }
}

#[test]
fn a_stream_that_comes_and_goes_puts_the_poll_off_no_further_than_one_that_stays() {
    for gap in [300, 1_100, 2_300, 7_000] {
        let mut script = vec![
            (0, press()),
            (0, initiated(STREAMED)),
            (0, verifies(200, PENDING)),
        ];
        for nth in 0..600 {
            script.push((nth * 200, Act::Stream(StreamEvent::Alive)));
            if (nth * 200) % gap < 200 {
                script.push((nth * 200 + 50, Act::Stream(StreamEvent::Ended)));
            }
        }
        let mut times = vec![0];
        times.extend(run(&script).times("verify"));
        assert!(100_000 < times[times.len() - 1], "{gap}: {times:?}");
        let pause = times.windows(2).map(|it| it[1] - it[0]).max();
        assert!(pause <= Some(20_100), "{gap}: {times:?}");
    }
}

#[test]
fn what_was_asked_for_is_not_put_off_by_the_stream() {
    let world = run(&after(
        STREAMED,
        &[
            (1_000, wake(Wake::Focused)),
            (1_100, verified(PENDING)),
            (1_200, wake(Wake::Focused)),
            (1_300, Act::Stream(StreamEvent::Alive)),
            (1_600, Act::Nothing),
        ],
    ));
    assert_eq!(world.times("verify"), [1_000, 1_500]);
}

#[test]
fn a_poll_that_is_slower_than_beside_a_stream_stays_so() {
    let mut script = vec![
        (0, with("poll-interval", "60000")),
        (0, press()),
        (0, initiated(STREAMED)),
    ];
    script.extend((0..5).map(|it| (it * 15_000 + 100, Act::Stream(StreamEvent::Alive))));
    assert_eq!(run(&script).times("verify"), [60_000]);
}

#[test]
fn a_stream_that_is_open_and_says_nothing_slows_nothing() {
    let world = run(&after(
        STREAMED,
        &[(1, verifies(200, PENDING)), (10_000, Act::Nothing)],
    ));
    assert_eq!(world.times("open-stream").len(), 1);
    assert_eq!(world.times("verify"), [2_501, 5_101, 7_701]);
}

#[test]
fn an_answer_in_the_moment_in_which_the_stream_stalls_is_followed_by_the_pages_own_pace() {
    let world = run(&[
        (0, with("poll-interval", "60000")),
        (0, press()),
        (0, initiated(STREAMED)),
        (0, verifies(200, PENDING)),
        (1_000, Act::Stream(StreamEvent::Alive)),
        (35_900, Act::Say(Input::CheckRequested)),
        (100_000, Act::Nothing),
    ]);
    assert_eq!(world.times("close-stream")[0], 36_000);
    assert_eq!(world.times("verify"), [35_900, 96_000]);
}

#[test]
fn an_order_of_any_characters_is_one_value_in_the_streams_address() {
    for (order, encoded) in [
        ("A&token=x", "A%26token%3Dx"),
        ("A#b c", "A%23b%20c"),
        ("Ä/é", "%C3%84%2F%C3%A9"),
        ("a-b.c_d~9", "a-b.c_d~9"),
    ] {
        let world = run(&after(&STREAMED.replace("ORD-1", order), &[]));
        let line = format!("open-stream https://shop.example/pay/events?order_id={encoded} tok-1");
        assert_eq!(world.times(&line), [1], "{order}: {:?}", world.log);
    }
}

#[test]
fn the_stream_triggers_a_verify_and_settles_nothing() {
    for word in ["success", "failed", "nonsense"] {
        let world = run(&[
            (0, press()),
            (0, initiated(STREAMED)),
            (1_000, status(word)),
            (2_000, Act::Nothing),
        ]);
        assert_eq!(world.times("verify"), [1_000], "{word}");
        assert_eq!(world.state(), StateName::Waiting, "{word}");
    }
    let world = run(&[
        (0, press()),
        (0, initiated(STREAMED)),
        (1_000, status("pending")),
        (2_000, Act::Nothing),
    ]);
    assert!(world.times("verify").is_empty());
}

#[test]
fn what_was_still_on_its_way_through_a_closed_stream_is_ignored() {
    let opened_anew = |stale: StreamEvent| {
        run(&after(
            STREAMED,
            &[
                (1_000, wake(Wake::Online)),
                (1_400, verified(PENDING)),
                (1_600, Act::StaleStream(stale)),
                (2_500, Act::Nothing),
            ],
        ))
    };
    for stale in [
        StreamEvent::Status("success".into()),
        StreamEvent::Ended,
        StreamEvent::Refused,
    ] {
        let world = opened_anew(stale.clone());
        assert_eq!(world.times("open-stream").len(), 2, "{stale:?}");
        assert_eq!(world.times("verify"), [1_000], "{stale:?}");
    }
}

#[test]
fn a_stream_that_ends_while_a_verify_is_out_causes_no_second_one_beside_it() {
    let world = run(&after(
        STREAMED,
        &[
            (2_600, Act::Stream(StreamEvent::Ended)),
            (6_000, Act::Say(Input::TimerFired)),
            (12_000, Act::Nothing),
        ],
    ));
    assert_eq!(world.times("verify"), [2_501]);
}

#[test]
fn a_stream_that_stalls_is_opened_again_and_the_poll_takes_over() {
    let world = run(&[
        (0, press()),
        (0, initiated(STREAMED)),
        (0, verifies(200, PENDING)),
        (1_000, Act::Stream(StreamEvent::Alive)),
        (45_000, Act::Nothing),
    ]);
    assert_eq!(world.times("close-stream"), [36_000]);
    let again = world.times("open-stream")[1];
    assert!((36_000..=41_000).contains(&again), "{again}");
    let after: Vec<u64> = world
        .times("verify")
        .into_iter()
        .filter(|it| 36_000 < *it)
        .collect();
    assert!(after[0] <= 38_600, "{after:?}");
}

#[test]
fn a_stream_that_ends_comes_back_within_5_s_and_one_refused_never() {
    let world = run(&[
        (0, press()),
        (0, initiated(STREAMED)),
        (0, verifies(200, PENDING)),
        (1_000, Act::Stream(StreamEvent::Ended)),
        (6_000, Act::Stream(StreamEvent::Refused)),
        (7_000, wake(Wake::Visible)),
        (90_000, Act::Nothing),
    ]);
    assert_eq!(world.times("open-stream").len(), 2);
    assert!((1_000..=6_000).contains(&world.times("open-stream")[1]));
    let pace = world
        .times("verify")
        .windows(2)
        .map(|it| it[1] - it[0])
        .max();
    assert!(pace <= Some(2_600), "{pace:?}");
}

#[test]
fn streams_that_end_together_come_back_spread_over_5_s() {
    let ended = |nth: u64| 1_000 + nth * 6_000;
    let mut script = vec![(1, verifies(200, PENDING))];
    script.extend((0..60).map(|it| (ended(it), Act::Stream(StreamEvent::Ended))));
    script.push((ended(60), Act::Nothing));
    let opened = run(&after(STREAMED, &script)).times("open-stream");
    let pauses: Vec<u64> = (0..60)
        .zip(&opened[1..])
        .map(|it| it.1 - ended(it.0))
        .collect();
    assert_eq!(pauses.len(), 60);
    for second in 0..5 {
        let range = second * 1_000..(second + 1) * 1_000;
        assert!(pauses.iter().any(|it| range.contains(it)), "{pauses:?}");
    }
    assert!(pauses.iter().all(|it| *it < 5_000), "{pauses:?}");
}

#[test]
fn a_wake_opens_the_stream_anew_and_hiding_closes_it() {
    let world = run(&[
        (0, press()),
        (0, initiated(STREAMED)),
        (0, verifies(200, PENDING)),
        (10_000, wake(Wake::PageHidden)),
        (20_000, wake(Wake::PageShown)),
        (25_000, wake(Wake::Visible)),
        (29_000, Act::Nothing),
    ]);
    assert_eq!(world.times("close-stream"), [10_000, 25_000]);
    let opened = world.times("open-stream");
    assert_eq!(opened.len(), 3);
    assert!((20_000..20_300).contains(&opened[1]) && (25_000..25_300).contains(&opened[2]));
}

#[test]
fn the_attribute_wins_over_the_answers_stream_and_a_foreign_one_gets_no_token() {
    let world = run(&[
        (0, with("events-url", "/own/events?v=1#x")),
        (0, press()),
        (0, initiated(STREAMED)),
    ]);
    let own = "open-stream https://shop.example/own/events?v=1&order_id=ORD-1 tok-1";
    assert_eq!(world.times(own), [0]);
    for url in [
        "https://evil.example/events",
        "//evil.example/events",
        "http://shop.example/events",
        "https://shop.example:8443/events",
        "https://shop.example@evil.example/",
        "data:text/event-stream,x",
        "https://user@shop.example/events",
    ] {
        let body = STREAMED.replace("/pay/events", url);
        let world = run(&[(0, press()), (0, initiated(&body)), (2_000, Act::Nothing)]);
        assert!(world.times("open-stream").is_empty(), "{url}");
    }
}
