// English, with the keys of es.js; a test holds them to each other.
export default {
  product: "Contacts", number: "{n}", you: "You", nav: "Sections", skip: "Skip to content",
  contacts: "Contacts", accounts: "Accounts", roles: "Roles", contact: "Contact", account: "Account", role: "Role",
  first_name: "First name", last_name: "Last name", email: "Email", phone: "Phone", optional: "optional",
  active: "Active", inactive: "Inactive", new: "New", close: "Close", cancel: "Cancel", back: "Back", save: "Save", saving: "Saving…",
  edit: "Edit", rename: "Rename", delete: "Delete", activate: "Activate", inactivate: "Inactivate", associate: "Associate account", export: "Export",
  stop: "Stop", undo: "Undo", undone: "Undone", tryAgain: "Try again", loadMore: "Load more", signOut: "Sign out",
  closePanel: "Close the panel", copied: "Copied", copyFailed: "The browser did not let us copy", copy: "Copy {what}", notGiven: "Not given",
  select: "Select {name}", selectAll: "Select all that are loaded", clearAccount: "Clear the account",

  "menu.open": "Menu of {name}", "menu.language": "Language", "menu.theme": "Theme", "menu.more": "More", "menu.session": "Session", "menu.api": "API",
  "theme.auto": "As the system", "theme.light": "Light", "theme.dark": "Dark",

  "enter.title": "Your contacts, at hand", "enter.lead": "Enter with the token that your company gave you.", "enter.token": "Access token", "enter.go": "Enter",
  "enter.tab": "The token stays in this tab and is forgotten when you close it.", "enter.login": "Sign in", "enter.or": "or paste a token",
  "enter.empty": "Paste your token here.", "enter.notAToken": "This does not look like a token: it has three parts with dots between.",
  "enter.expired": "Your session is over or the token is not valid. Please enter again.",

  "banner.lost": "No connection, trying again…", "banner.busy": "The service is busy, trying again…",
  "list.failed": "The list could not be loaded",

  "search.contacts": "Search contacts", "search.placeholder": "Search by name", "search.accounts": "Search accounts", "search.accountsPlaceholder": "Search by name",
  "filter.account": "Filter by account", "filter.allAccounts": "All accounts", "filter.state": "State", "filter.all": "Active and inactive", "filter.active": "Active only",
  "filter.inactive": "Inactive only", "filter.clear": "Clear the filters",
  "col.name": "Name", "col.reach": "Email and phone", "col.accounts": "Accounts", "col.state": "State", "col.account": "Account",

  "contacts.count": { one: "{n} contact", other: "{n} contacts" }, "contacts.countMore": "More than {n} contacts",
  "contacts.none": "You have no contacts yet", "contacts.noneText": "Create the first one, or bring those that you have in a spreadsheet.",
  "contacts.noneFound": "Nobody here", "contacts.noneFoundFor": "No contacts match “{search}”.", "contacts.noneFoundText": "Try another search or other filters.",
  "contacts.deleting": { one: "{n} contact taken off the list", other: "{n} contacts taken off the list; about to be deleted" }, "contacts.deletingNow": "Deleting contacts",
  "contacts.deleted": { one: "{n} contact deleted", other: "{n} contacts deleted" },
  "contacts.deletedSome": "Deleted: {n}. Could not be deleted: {failed}; they are still in the list.",
  "contact.new": "New contact", "contact.edit": "Edit contact", "contact.create": "Create contact", "contact.noData": "No email or phone",
  "contact.created": "{name} is now in your contacts", "contact.saved": "Changes to {name} saved", "contact.deleting": "{name} is about to be deleted", "contact.deleted": "{name} deleted",
  "contact.inactivated": "{name} is inactive", "contact.activated": "{name} is active again", "contact.reach": "How to reach them",

  "accounts.count": { one: "{n} account", other: "{n} accounts" }, "accounts.countMore": "More than {n} accounts", "accounts.none": "No accounts yet",
  "accounts.noneText": "Accounts are the companies you work with. Create the first one and associate contacts with it.", "accounts.noneFound": "No account matches",
  "account.new": "New account", "account.create": "Create account", "account.createNamed": "Create the account “{name}”", "account.rename": "Rename the account", "account.name": "Account name",
  "account.created": "Account {name} created", "account.saved": "The account is now called {name}", "account.deleting": "The account {name} is about to be deleted", "account.deleted": "Account {name} deleted",
  "account.inactivated": "The account {name} is inactive", "account.activated": "The account {name} is active again", "account.people": "Associated people",
  "account.inactiveHint": "No more contacts can be associated with an inactive account. Those that it has stay.",

  "roles.lead": "What a contact is to an account: who decides, who buys…", "roles.none": "There are no roles", "roles.noneText": "You need at least one to associate contacts with accounts.",
  "role.new": "New role", "role.create": "Create role", "role.renameTitle": "Rename the role", "role.name": "Role name", "role.rename": "Rename {name}", "role.delete": "Delete {name}",
  "role.deleteTitle": "Delete the role {name}?", "role.deleteText": "This can't be undone. If a contact has it, it will not be deleted.", "role.created": "Role {name} created", "role.saved": "The role is now called {name}", "role.deleted": "Role {name} deleted",

  "link.title": "Accounts and roles", "link.new": "Associate with an account", "link.none": "Not associated with any account yet.", "link.nobody": "Nobody is associated yet.", "link.account": "Find an account",
  "link.hint": "Inactive accounts can't be chosen.", "link.chooseAccount": "Choose an account from the list.", "link.noRole": "First create a role in the section Roles.", "link.roleOf": "Role in {name}", "link.remove": "Remove {name}",
  "link.roleSaved": "Role changed to {role}", "link.removing": "The association with {name} is about to be removed", "link.removed": "Association with {name} removed", "link.made": "Associated with {name}",

  "bulk.label": "Actions on the selection", "bulk.count": { one: "{n} selected", other: "{n} selected" }, "bulk.clear": "Clear the selection",
  "bulk.inactivate": "Inactivating contacts", "bulk.activate": "Activating contacts", "bulk.associate": "Associating contacts",
  "bulk.inactivateDone": { one: "{n} contact inactivated.", other: "{n} contacts inactivated." }, "bulk.activateDone": { one: "{n} contact activated.", other: "{n} contacts activated." },
  "bulk.associateDone": { one: "{n} contact associated.", other: "{n} contacts associated." }, "bulk.same": { one: "{n} already was.", other: "{n} already were." },
  "bulk.failed": { one: "{n} failed: {why}", other: "{n} failed: {why}" }, "bulk.stopped": "Stopped.", "bulk.associateTitle": { one: "Associate {n} contact", other: "Associate {n} contacts" },
  "job.count": "{n} of {all}",

  "export.running": { one: "Exporting… {n} contact", other: "Exporting… {n} contacts" }, "export.done": { one: "{n} contact exported", other: "{n} contacts exported" }, "export.file": "contacts",
  "head.first_name": "first_name", "head.last_name": "last_name", "head.email": "email", "head.phone": "phone", "head.accounts": "accounts",

  "import.short": "Import", "import.title": "Import contacts", "import.lead": "From a spreadsheet saved as CSV.", "import.drop": "Drop your CSV file here", "import.choose": "Choose a file",
  "import.columns": "With columns such as first_name, last_name, email and phone. Commas, semicolons and tabs between them are all fine.",
  "import.paceTitle": "How fast it is", "import.pace": "The service takes 10 requests a second, so 1,000 contacts take about 2 minutes. You can watch it meanwhile.",
  "import.largeTitle": "Many thousands?", "import.large": "Whoever runs the service can import them in seconds with this command, also with accounts and roles:",
  "import.tooLarge": "The file has more than 50 MB. Ask whoever runs the service to import it.", "import.noRows": "There are no rows: the first line holds the headings, and below it is one contact a line.",
  "import.mapping": "Check which column is what.", "import.noColumn": "None", "import.column": "Column {n}", "import.other": "Choose another file", "import.needNames": "Say which columns are the first and the last name.",
  "import.preview": "Preview", "import.result": "Result", "import.ok": "Ready", "import.ready": { one: "row ready", other: "rows ready" }, "import.bad": { one: "row with problems", other: "rows with problems" }, "import.time": "to import",
  "import.paceShort": "Up to 10 a second.", "import.saveRejected": { one: "Download {n} rejected row", other: "Download {n} rejected rows" }, "import.start": { one: "Import {n} contact", other: "Import {n} contacts" },
  "import.loaded": { one: "File read: {n} row", other: "File read: {n} rows" }, "import.tooWide": "has more cells than headings",
  "import.running": "Importing contacts", "import.progress": "{n} of {all} imported · about {left} left", "import.stay": "Leave this tab open until it is done.", "import.cancel": "Cancel the import",
  "import.done": "Import finished", "import.stopped": "Import stopped", "import.in": { one: "contact imported", other: "contacts imported" }, "import.rejected": { one: "row rejected", other: "rows rejected" },
  "import.left": { one: "row not tried", other: "rows not tried" }, "import.notTried": "not tried", "import.inSentence": { one: "{n} contact imported.", other: "{n} contacts imported." },
  "import.another": "Import another file", "import.see": "See contacts", "import.reason": "reason", "import.rejectedFile": "rejected",
  "leave.title": "Leave the import?", "leave.text": "It will stop where it is. What is imported stays.", "leave.yes": "Leave it",

  "form.wrong": { one: "{n} field needs a correction", other: "{n} fields need a correction" }, "form.discardTitle": "Discard the changes?", "form.discardText": "What you typed will be lost.", "form.discard": "Discard",
  "rule.required": "This field is required.", "rule.max": { one: "{n} character too many: {max} at most.", other: "{n} characters too many: {max} at most." }, "rule.control": "It has characters that can't be seen; please type it again.",
  "rule.email": "It must be like name@example.com, without blanks.", "rule.between": "It must have 1 to {max} characters.", "rule.most": "It must have at most {max} characters.",

  "error.lost": "The connection was lost and we don't know whether this was saved. What you typed is still here.", "error.unknown": "Something failed in the service. If it happens again, give this code to whoever runs it: {id}", "error.busy": "The service is busy. Try again in a moment.",
  "error.field": "The service does not accept this value ({id}).", "error.contactGone": "This contact is gone or is not yours.", "error.accountGone": "This account is gone.", "error.alreadyInactive": "It was inactive already, or is gone.", "error.alreadyActive": "It was active already, or is gone.",
  "error.associate": "Could not associate: the role is gone.", "error.inactiveAccount": "The account is inactive: no contacts can be associated with it.", "error.linked": "Already associated with that account.", "error.linkGone": "The contact or the account is gone.",
  "error.notLinked": "That association is gone.", "error.roleGone": "That role is gone.", "error.roleInUse": "This role is in use: first change the role of the contacts that have it.",

  "keys.title": "Keyboard shortcuts", "keys.search": "Search", "keys.new": "New contact, account or role", "keys.move": "Move in the list", "keys.open": "Open", "keys.select": "Select", "keys.range": "Select several", "keys.close": "Close",
  "keys.undo": "Undo the last thing", "keys.contacts": "Go to Contacts", "keys.accounts": "Go to Accounts", "keys.roles": "Go to Roles", "keys.import": "Go to Import", "keys.help": "This help",
};
