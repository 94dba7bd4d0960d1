//! `contacts roles`

use anyhow::{Context as _, bail, ensure};

use super::{open_or_make, operator};
use crate::config::{RoleChange, Roles, role_name};
use crate::role::Deletion;

/// Carries out the change, if one is asked for, and prints the workspace's roles.
pub(super) async fn run(roles: Roles) -> anyhow::Result<()> {
    let caller = operator(&roles.workspace)?;
    let store = open_or_make(&roles.database).await?;
    let RoleChange { add, rename, delete } = roles.change;
    if let Some(name) = add {
        store.create_role(&caller, name).await?;
    }
    if let Some([id, name]) = rename.as_deref() {
        let id =
            id.parse().ok().with_context(|| format!("--rename takes an id and a name; {id} is no id"))?;
        let name = role_name(name).map_err(anyhow::Error::msg)?;
        ensure!(store.update_role(&caller, id, name).await?, "there is no role {id}");
    }
    if let Some(id) = delete {
        match store.delete_role(&caller, id).await? {
            Deletion::Done => {}
            Deletion::NotFound => bail!("there is no role {id}"),
            Deletion::InUse => bail!("role {id} is in use: give its associations another role first"),
        }
    }
    for role in store.list_roles(&caller).await? {
        println!("{}\t{}", role.id, role.name);
    }
    Ok(())
}
