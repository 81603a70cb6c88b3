//! `/admin`: who gets in, and what is shown.

mod door;
mod looks;
mod pages;

use crate::world::{Reply, World};

pub(crate) const TOKEN: &str = "ADMIN-CANARY-5-ADMIN";

/// A world with a token.
async fn world() -> World {
    world_with(&[]).await
}

async fn world_with(env: &[(&str, &str)]) -> World {
    let token = ("MALIPO_ADMIN__TOKEN", TOKEN);
    World::with_env("", &[&[token], env].concat()).await
}

/// Sends the form.
async fn sign_in(world: &World, fields: &[(&str, &str)]) -> Reply {
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let body = body.extend_pairs(fields).finish();
    world.send("POST", "/admin/session", &headers, body).await
}

/// The cookie of somebody who has signed in, as a browser sends it.
async fn cookie(world: &World) -> String {
    let reply = sign_in(world, &[("token", TOKEN)]).await;
    assert_eq!(reply.status, 303, "{reply:?}");
    let cookie = reply.header("set-cookie");
    cookie.split(';').next().unwrap().to_owned()
}

/// A page, as somebody sees it who has signed in.
async fn page(world: &World, path: &str) -> Reply {
    let cookie = cookie(world).await;
    look(world, &cookie, path).await
}

/// A page, with this cookie: signing in again and again is limited.
async fn look(world: &World, cookie: &str, path: &str) -> Reply {
    world.send("GET", path, &[("cookie", cookie)], "").await
}

/// The rows of the table in this section, each as the texts of its cells.
fn rows(page: &Reply, section: &str) -> Vec<Vec<String>> {
    let of = format!("<section id=\"{section}\"");
    let text = page
        .text
        .split(&of)
        .nth(1)
        .unwrap_or_else(|| panic!("no {section}: {page:?}"));
    let text = text.split("</section>").next().unwrap();
    let bodies = text.split("<tbody>").skip(1);
    let bodies = bodies.map(|it| it.split("</tbody>").next().unwrap());
    bodies
        .flat_map(|it| it.split("<tr").skip(1))
        .map(|row| {
            let cells = row.split("</td>").flat_map(|it| it.split("</th>"));
            let cells = cells.map(text_of).collect::<Vec<_>>();
            cells.split_last().unwrap().1.to_vec()
        })
        .collect()
}

/// What is left of HTML without its tags; the first piece may begin within one.
fn text_of(html: &str) -> String {
    let inside = html
        .split('<')
        .map(|it| it.split_once('>').map_or("", |it| it.1));
    inside.collect::<String>().trim().to_owned()
}
