import "intasend-inlinejs-sdk";

// It finds the page's button by its class.
new window.IntaSend({ publicAPIKey: "ISPubKey_test_00000000-0000-0000-0000-000000000000", live: false });
