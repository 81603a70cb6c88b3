// What `make size` says of the parts: node --test tests/
import assert from "node:assert/strict";
import { test } from "node:test";

import { ownerOf, scriptParts, wasmParts } from "../tools/parts.mjs";

test("a function is of the first crate in its name that is not the standard library's, and of a room where it is ours", () => {
  const owners = {
    "<malipo::checkout::transition::Checkout>::handle": "malipo::checkout",
    "malipo::browser::fields::read": "malipo::browser",
    "malipo_wire::text::cut": "malipo_wire",
    "<alloc::vec::Vec<malipo::checkout::effect::Effect>>::try_remove": "malipo::checkout",
    "core::ptr::drop_in_place::<malipo::browser::driver::Held>": "malipo::browser",
    "<malipo::api::Handle>::press": "malipo::api",
    "wasm_bindgen::__rt::maybe_catch_unwind::<<malipo::api::Handle>::press::{closure#0}, bool>": "wasm_bindgen",
    "<&mut malipo::browser::fields::items<malipo_wire::message::SentTo>::{closure#0} as core::ops::function::FnMut<(u32,)>>::call_mut": "malipo::browser",
    "<alloc::vec::Vec<u8>>::push": "the standard library",
    "<str>::trim_matches::<<char>::is_whitespace>": "the standard library",
    handle_press: "exports, adapters",
    "F64 -> Externref": "exports, adapters",
  };
  for (const [name, owner] of Object.entries(owners)) assert.equal(ownerOf(name), owner, name);
});

// (module (import "a" "b" (func)) (func) (func nop nop nop) (memory 1) (data (i32.const 0) "hello"))
const MODULE = Buffer.from("0061736d01000000" + "010401600000" + "020701016101620000" + "0303020000" + "0503010001" + "0a0a0202000b05000101010b" + "0b0b010041000b0568656c6c6f", "hex");

test("every byte of a module is of a function, of the data or of the rest", () => {
  const { crates, functions } = wasmParts(MODULE, "0:a::b\n1:one[0123456789abcdef]::f\n2:two::g\n");
  assert.deepEqual(functions.map(({ name, bytes }) => [name, bytes]), [["two::g", 6], ["one::f", 3]]);
  assert.deepEqual(crates.map(({ name, raw }) => [name.split(":")[0], raw]), [["two", 6], ["one", 3], ["data", 13], ["imports, exports, types, tables", MODULE.length - 22]]);
});

test("every byte of a bundle is of a module or around them", () => {
  const parts = scriptParts({ "core.js": 5, "style.js": 3, "panel-style.js": 4, "texts/en.js": 2, "face.js": 9 }, 30);
  assert.deepEqual(parts.map(({ name, raw }) => [name, raw]), [["code", 9], ["css", 7], ["glue", 5], ["texts", 2], ["around the modules", 7]]);
});
