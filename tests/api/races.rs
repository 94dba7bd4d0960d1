//! Many at once: one succeeds, the others are told so.

use std::collections::BTreeMap;

use futures_util::future::join_all;

use crate::support::*;

/// How often each code came.
fn codes(answers: Vec<Answer>) -> BTreeMap<u64, usize> {
    let mut codes = BTreeMap::new();
    for (_, body) in answers {
        *codes.entry(body["code"].as_u64().unwrap()).or_default() += 1;
    }
    codes
}

/// The same call 32 times at once, each on a task of its own.
async fn at_once<F: Future<Output = Answer> + Send + 'static>(
    call: impl Fn(TestApp) -> F,
    app: &TestApp,
) -> Vec<Answer> {
    let calls: Vec<_> = (0..32).map(|_| tokio::spawn(call(app.clone()))).collect();
    join_all(calls).await.into_iter().map(Result::unwrap).collect()
}

on_both! {
    async fn of_32_that_associate_a_pair_one_does(app: TestApp) {
        let (ana, acme) = (app.create("Ana", "Paz").await, app.create_account("Acme").await);
        for _ in 0..5 {
            let (ana, acme) = (ana.clone(), acme.clone());
            let associate = |app: TestApp| {
                let (ana, acme) = (ana.clone(), acme.clone());
                async move { app.associate(&ana, &acme, 1).await }
            };
            assert_eq!(codes(at_once(associate, &app).await), BTreeMap::from([(0, 1), (8, 31)]));
            app.dissociate(&ana, &acme).await;
        }
    }

    async fn of_32_that_change_a_state_one_does(app: TestApp) {
        let ana = app.create("Ana", "Paz").await;
        for action in ["inactivate", "activate", "inactivate", "delete"] {
            let act = |app: TestApp| {
                let ana = ana.clone();
                async move { app.act(action, &ana).await }
            };
            assert_eq!(codes(at_once(act, &app).await), BTreeMap::from([(0, 1), (4, 31)]), "{action}");
        }
    }

    async fn of_32_that_make_a_role_each_gets_its_own_id(app: TestApp) {
        let create = |app: TestApp| async move { app.role(json!({ "action": "create", "name": "x" })).await };
        let mut ids: Vec<i64> =
            at_once(create, &app).await.into_iter().map(|(_, body)| body["id"].as_i64().unwrap()).collect();
        ids.sort_unstable();
        assert_eq!(ids, (6..38).collect::<Vec<_>>());
    }

    async fn a_role_that_is_given_away_and_deleted_at_once_is_never_both(app: TestApp) {
        let acme = app.create_account("Acme").await;
        for round in 0..10 {
            let made = app.role(json!({ "action": "create", "name": "Jefe" })).await;
            let role = made.1["id"].as_i64().unwrap();
            let mut calls = Vec::new();
            for number in 0..8 {
                let (app, acme) = (app.clone(), acme.clone());
                let contact = app.create(&format!("R{round}N{number}"), "Paz").await;
                calls.push(tokio::spawn(async move { app.associate(&contact, &acme, role).await }));
            }
            let deleting = app.clone();
            let delete = tokio::spawn(async move { deleting.role(json!({ "action": "delete", "id": role })).await });
            let given = codes(join_all(calls).await.into_iter().map(Result::unwrap).collect());
            let (status, deleted) = delete.await.unwrap();
            match deleted["code"].as_u64().unwrap() {
                0 => assert_eq!(given, BTreeMap::from([(6, 8)]), "deleted first: nobody has it"),
                102 => assert!(given[&0] > 0, "somebody had it"),
                _ => panic!("{status} {deleted}"),
            }
        }
    }
}
