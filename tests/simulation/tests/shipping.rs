//! What has bugs planted in it is never shipped by mistake.

use std::path::Path;
use std::process::Command;

/// As `cargo build --workspace` does, which gives one package the features that another one asks for.
#[test]
fn a_server_that_was_built_together_with_the_simulation_refuses_to_start() {
    let this = std::env::current_exe().unwrap();
    let folder = this.parent().and_then(Path::parent).unwrap();
    let profile = match folder.file_name().unwrap().to_str().unwrap() {
        "debug" => "dev",
        other => other,
    };
    let together = ["-p", "malipo-simulation", "-p", "malipo-server"];
    let built = Command::new(std::env::var_os("CARGO").unwrap())
        .args(["build", "--quiet", "--locked", "--profile", profile])
        .args(together)
        .args(["--bin", "malipo-server"])
        .status();
    assert!(built.unwrap().success());
    for arguments in [&[][..], &["--version"], &["orders", "list"]] {
        let mut server = Command::new(folder.join("malipo-server"));
        let said = server.args(arguments).output().unwrap();
        assert_eq!(said.status.code(), Some(3), "{arguments:?}: {said:?}");
        assert!(said.stdout.is_empty(), "{arguments:?}: {said:?}");
        let text = String::from_utf8(said.stderr).unwrap();
        let sentence = "bugs that are planted on purpose; build the server by itself";
        assert!(text.contains(sentence), "{arguments:?}: {text}");
    }
}

/// Nor mounted into another program.
#[tokio::test]
async fn a_program_that_embeds_such_a_server_is_told() {
    let text = "shop = \"demo\"\nmode = \"sandbox\"\npublic_url = \"https://pay.example\"\n\
        shop_origins = [\"https://shop.example\"]\nquote.key = \"0123456789abcdef0123456789abcdef\"\n\
        joyndpay.public_key = \"P\"\njoyndpay.secret_key = \"S\"\nstore.sqlite = \"/nowhere/at/all\"";
    let config = malipo_server::config::Config::read(text, []).unwrap();
    let why = malipo_server::router(config).start().await.unwrap_err();
    assert!(why.to_string().contains("planted on purpose"), "{why}");
}
