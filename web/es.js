// Español, como lo escribe alguien de ventas. Las mismas claves que en.js; una prueba lo comprueba.
export default {
  product: "Contactos", number: "{n}", you: "Tú", nav: "Secciones", skip: "Ir al contenido",
  contacts: "Contactos", accounts: "Cuentas", roles: "Roles", contact: "Contacto", account: "Cuenta", role: "Rol",
  first_name: "Nombre", last_name: "Apellidos", email: "Correo", phone: "Teléfono", optional: "opcional",
  active: "Activo", inactive: "Inactivo", new: "Nuevo", close: "Cerrar", cancel: "Cancelar", back: "Volver", save: "Guardar", saving: "Guardando…",
  edit: "Editar", rename: "Renombrar", delete: "Eliminar", activate: "Activar", inactivate: "Inactivar", associate: "Asociar cuenta", export: "Exportar",
  stop: "Detener", undo: "Deshacer", undone: "Deshecho", tryAgain: "Reintentar", loadMore: "Cargar más", signOut: "Salir",
  closePanel: "Cerrar el panel", copied: "Copiado", copyFailed: "El navegador no dejó copiar", copy: "Copiar {what}", notGiven: "Sin indicar",
  select: "Seleccionar a {name}", selectAll: "Seleccionar todos los cargados", clearAccount: "Quitar la cuenta",

  "menu.open": "Menú de {name}", "menu.language": "Idioma", "menu.theme": "Tema", "menu.more": "Más", "menu.session": "Sesión", "menu.api": "API",
  "theme.auto": "Como el sistema", "theme.light": "Claro", "theme.dark": "Oscuro",

  "enter.title": "Tus contactos, a mano", "enter.lead": "Entra con el token que te dio tu empresa.", "enter.token": "Token de acceso", "enter.go": "Entrar",
  "enter.tab": "El token se queda en esta pestaña y se olvida al cerrarla.", "enter.login": "Iniciar sesión", "enter.or": "o pega un token",
  "enter.empty": "Pega aquí tu token.", "enter.notAToken": "Esto no parece un token: son tres partes separadas por puntos.",
  "enter.expired": "Tu sesión ha caducado o el token no es válido. Entra de nuevo.",

  "banner.lost": "Sin conexión, reintentando…", "banner.busy": "El servicio está ocupado, reintentando…",
  "list.failed": "No se pudo cargar la lista",

  "search.contacts": "Buscar contactos", "search.placeholder": "Buscar por nombre", "search.accounts": "Buscar cuentas", "search.accountsPlaceholder": "Buscar por nombre",
  "filter.account": "Filtrar por cuenta", "filter.allAccounts": "Todas las cuentas", "filter.state": "Estado", "filter.all": "Activos e inactivos", "filter.active": "Solo activos",
  "filter.inactive": "Solo inactivos", "filter.clear": "Quitar los filtros",
  "col.name": "Nombre", "col.reach": "Correo y teléfono", "col.accounts": "Cuentas", "col.state": "Estado", "col.account": "Cuenta",

  "contacts.count": { one: "{n} contacto", other: "{n} contactos" }, "contacts.countMore": "Más de {n} contactos",
  "contacts.none": "Aún no tienes contactos", "contacts.noneText": "Crea el primero o trae los que ya tienes en una hoja de cálculo.",
  "contacts.noneFound": "Nadie por aquí", "contacts.noneFoundFor": "No hay contactos que coincidan con «{search}».", "contacts.noneFoundText": "Prueba con otra búsqueda u otros filtros.",
  "contacts.deleting": { one: "{n} contacto eliminado de la lista", other: "{n} contactos fuera de la lista; se eliminarán enseguida" }, "contacts.deletingNow": "Eliminando contactos",
  "contacts.deleted": { one: "{n} contacto eliminado", other: "{n} contactos eliminados" },
  "contacts.deletedSome": "Eliminados: {n}. No se pudieron eliminar: {failed}; siguen en la lista.",
  "contact.new": "Nuevo contacto", "contact.edit": "Editar contacto", "contact.create": "Crear contacto", "contact.noData": "Sin correo ni teléfono",
  "contact.created": "{name} ya está en tus contactos", "contact.saved": "Cambios de {name} guardados", "contact.deleting": "{name} se eliminará enseguida", "contact.deleted": "{name} eliminado",
  "contact.inactivated": "{name} está inactivo", "contact.activated": "{name} vuelve a estar activo", "contact.reach": "Cómo contactar",

  "accounts.count": { one: "{n} cuenta", other: "{n} cuentas" }, "accounts.countMore": "Más de {n} cuentas", "accounts.none": "Aún no hay cuentas",
  "accounts.noneText": "Las cuentas son las empresas con las que trabajas. Crea la primera y asóciale contactos.", "accounts.noneFound": "Ninguna cuenta coincide",
  "account.new": "Nueva cuenta", "account.create": "Crear cuenta", "account.createNamed": "Crear la cuenta «{name}»", "account.rename": "Cambiar el nombre de la cuenta", "account.name": "Nombre de la cuenta",
  "account.created": "Cuenta {name} creada", "account.saved": "La cuenta se llama ahora {name}", "account.deleting": "La cuenta {name} se eliminará enseguida", "account.deleted": "Cuenta {name} eliminada",
  "account.inactivated": "La cuenta {name} está inactiva", "account.activated": "La cuenta {name} vuelve a estar activa", "account.people": "Personas asociadas",
  "account.inactiveHint": "A una cuenta inactiva no se le pueden asociar más contactos. Los que ya tiene se quedan.",

  "roles.lead": "Lo que un contacto es para una cuenta: quien decide, quien compra…", "roles.none": "No hay roles", "roles.noneText": "Hace falta al menos uno para asociar contactos a cuentas.",
  "role.new": "Nuevo rol", "role.create": "Crear rol", "role.renameTitle": "Cambiar el nombre del rol", "role.name": "Nombre del rol", "role.rename": "Cambiar el nombre de {name}", "role.delete": "Eliminar {name}",
  "role.deleteTitle": "¿Eliminar el rol {name}?", "role.deleteText": "No se puede deshacer. Si algún contacto lo tiene, no se eliminará.", "role.created": "Rol {name} creado", "role.saved": "El rol se llama ahora {name}", "role.deleted": "Rol {name} eliminado",

  "link.title": "Cuentas y roles", "link.new": "Asociar a una cuenta", "link.none": "Aún no está asociado a ninguna cuenta.", "link.nobody": "Aún no hay nadie asociado.", "link.account": "Busca una cuenta",
  "link.hint": "Las cuentas inactivas no se pueden elegir.", "link.chooseAccount": "Elige una cuenta de la lista.", "link.noRole": "Crea antes un rol en la sección Roles.", "link.roleOf": "Rol en {name}", "link.remove": "Quitar {name}",
  "link.roleSaved": "Rol cambiado a {role}", "link.removing": "Se quitará la asociación con {name}", "link.removed": "Asociación con {name} quitada", "link.made": "Asociado a {name}",

  "bulk.label": "Acciones con la selección", "bulk.count": { one: "{n} seleccionado", other: "{n} seleccionados" }, "bulk.clear": "Quitar la selección",
  "bulk.inactivate": "Inactivando contactos", "bulk.activate": "Activando contactos", "bulk.associate": "Asociando contactos",
  "bulk.inactivateDone": { one: "{n} contacto inactivado.", other: "{n} contactos inactivados." }, "bulk.activateDone": { one: "{n} contacto activado.", other: "{n} contactos activados." },
  "bulk.associateDone": { one: "{n} contacto asociado.", other: "{n} contactos asociados." }, "bulk.same": { one: "{n} ya lo estaba.", other: "{n} ya lo estaban." },
  "bulk.failed": { one: "{n} no se pudo: {why}", other: "{n} no se pudieron: {why}" }, "bulk.stopped": "Detenido.", "bulk.associateTitle": { one: "Asociar {n} contacto", other: "Asociar {n} contactos" },
  "job.count": "{n} de {all}",

  "export.running": { one: "Exportando… {n} contacto", other: "Exportando… {n} contactos" }, "export.done": { one: "{n} contacto exportado", other: "{n} contactos exportados" }, "export.file": "contactos",
  "head.first_name": "Nombre", "head.last_name": "Apellidos", "head.email": "Correo", "head.phone": "Teléfono", "head.accounts": "Cuentas",

  "import.short": "Importar", "import.title": "Importar contactos", "import.lead": "Desde una hoja de cálculo guardada como CSV.", "import.drop": "Arrastra aquí tu archivo CSV", "import.choose": "Elegir archivo",
  "import.columns": "Con columnas como Nombre, Apellidos, Correo y Teléfono. Da igual si separa con comas, punto y coma o tabuladores.",
  "import.paceTitle": "A qué ritmo va", "import.pace": "El servicio admite 10 peticiones por segundo, así que 1.000 contactos tardan unos 2 minutos. Mientras tanto puedes ver cómo avanza.",
  "import.largeTitle": "¿Son muchos miles?", "import.large": "Quien administra el servicio puede importarlos en segundos con este comando, también con sus cuentas y roles:",
  "import.tooLarge": "El archivo pasa de 50 MB. Pide a quien administra el servicio que lo importe.", "import.noRows": "No hay filas: la primera línea son los títulos y debajo va un contacto por línea.",
  "import.mapping": "Comprueba qué columna es cada dato.", "import.noColumn": "Ninguna", "import.column": "Columna {n}", "import.other": "Elegir otro archivo", "import.needNames": "Indica qué columnas son el nombre y los apellidos.",
  "import.preview": "Vista previa", "import.result": "Resultado", "import.ok": "Lista", "import.ready": { one: "fila lista", other: "filas listas" }, "import.bad": { one: "fila con problemas", other: "filas con problemas" }, "import.time": "de importación",
  "import.paceShort": "Hasta 10 por segundo.", "import.saveRejected": { one: "Descargar {n} fila rechazada", other: "Descargar {n} filas rechazadas" }, "import.start": { one: "Importar {n} contacto", other: "Importar {n} contactos" },
  "import.loaded": { one: "Archivo leído: {n} fila", other: "Archivo leído: {n} filas" }, "import.tooWide": "tiene más celdas que títulos",
  "import.running": "Importando contactos", "import.progress": "{n} de {all} importados · faltan unos {left}", "import.stay": "Deja esta pestaña abierta hasta que termine.", "import.cancel": "Cancelar la importación",
  "import.done": "Importación terminada", "import.stopped": "Importación detenida", "import.in": { one: "contacto importado", other: "contactos importados" }, "import.rejected": { one: "fila rechazada", other: "filas rechazadas" },
  "import.left": { one: "fila sin intentar", other: "filas sin intentar" }, "import.notTried": "sin intentar", "import.inSentence": { one: "{n} contacto importado.", other: "{n} contactos importados." },
  "import.another": "Importar otro archivo", "import.see": "Ver contactos", "import.reason": "Motivo", "import.rejectedFile": "rechazadas",
  "leave.title": "¿Dejar la importación?", "leave.text": "Se detendrá donde va. Lo que ya está importado se queda.", "leave.yes": "Dejarla",

  "form.wrong": { one: "Hay {n} campo por corregir", other: "Hay {n} campos por corregir" }, "form.discardTitle": "¿Descartar los cambios?", "form.discardText": "Lo que has escrito se perderá.", "form.discard": "Descartar",
  "rule.required": "Este campo es obligatorio.", "rule.max": { one: "Sobra {n} carácter: el máximo es {max}.", other: "Sobran {n} caracteres: el máximo es {max}." }, "rule.control": "Contiene caracteres que no se ven; vuelve a escribirlo.",
  "rule.email": "Debe ser como nombre@ejemplo.com, sin espacios.", "rule.between": "Debe tener entre 1 y {max} caracteres.", "rule.most": "Debe tener como máximo {max} caracteres.",

  "error.lost": "Se perdió la conexión y no sabemos si se guardó. Lo que escribiste sigue aquí.", "error.unknown": "Algo falló en el servicio. Si se repite, da este código a quien lo administra: {id}", "error.busy": "El servicio está ocupado. Prueba otra vez en un momento.",
  "error.field": "El servicio no acepta este valor ({id}).", "error.contactGone": "Este contacto ya no existe o no es tuyo.", "error.accountGone": "Esta cuenta ya no existe.", "error.alreadyInactive": "Ya estaba inactivo o ya no existe.", "error.alreadyActive": "Ya estaba activo o ya no existe.",
  "error.associate": "No se pudo asociar: el rol ya no existe.", "error.inactiveAccount": "La cuenta está inactiva: no se le pueden asociar contactos.", "error.linked": "Ya está asociado a esa cuenta.", "error.linkGone": "El contacto o la cuenta ya no existe.",
  "error.notLinked": "Esa asociación ya no existe.", "error.roleGone": "Ese rol ya no existe.", "error.roleInUse": "Este rol está en uso: cambia antes el rol de los contactos que lo tienen.",

  "keys.title": "Atajos de teclado", "keys.search": "Buscar", "keys.new": "Nuevo contacto, cuenta o rol", "keys.move": "Moverse por la lista", "keys.open": "Abrir", "keys.select": "Seleccionar", "keys.range": "Seleccionar varios", "keys.close": "Cerrar",
  "keys.undo": "Deshacer lo último", "keys.contacts": "Ir a Contactos", "keys.accounts": "Ir a Cuentas", "keys.roles": "Ir a Roles", "keys.import": "Ir a Importar", "keys.help": "Esta ayuda",
};
