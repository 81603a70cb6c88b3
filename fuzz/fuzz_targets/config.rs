#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| malipo_fuzz_targets::target("config")(bytes));
