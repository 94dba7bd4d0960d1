//! A mistake planted behind an input that nobody hits by chance. The fuzzer finds it because each right byte leads to
//! new code; if it does not, it would not find others either.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let mut bytes = input.iter();
    for right in b"planted" {
        if bytes.next() != Some(right) {
            return;
        }
    }
    panic!("the planted mistake");
});
