//! The people and companies of a demo: made up from lists of words, and the same each time.

use std::collections::HashSet;

use crate::search;

/// How many people there are.
const PEOPLE: usize = 360;

/// A person. No two have the same name.
pub(super) struct Person {
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) email: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) active: bool,
    /// Places of companies, each once, and what the person is to them: a place in the list of roles.
    pub(super) links: Vec<(usize, usize)>,
}

/// A company.
pub(super) struct Company {
    pub(super) name: String,
    pub(super) active: bool,
    country: &'static Country,
    /// Where its people get their mail.
    host: String,
}

/// Where a company is: how its name ends, and how the numbers of its people begin: as no number there does, so it is nobody's.
struct Country {
    form: &'static str,
    phone: &'static str,
}

const COUNTRIES: [Country; 8] = [
    Country { form: "S. L.", phone: "+34 555 01" },
    Country { form: "S. A.", phone: "+34 555 95" },
    Country { form: "S. A. de C. V.", phone: "+52 11 5555" },
    Country { form: "S. A. S.", phone: "+57 555 555" },
    Country { form: "S. R. L.", phone: "+54 55 5555" },
    Country { form: "SpA", phone: "+56 8 5555" },
    Country { form: "S. A. C.", phone: "+51 555 55" },
    Country { form: "Ltda.", phone: "+55 20 95555" },
];

const TRADES: &str = "\
    Aceites, Artes Gráficas, Bodegas, Cafés, Carpintería, Cerámicas, Clínica Dental, Confecciones, \
    Construcciones, Distribuciones, Editorial, Energía Solar, Farmacia, Frutas y Verduras, Hotel, \
    Ingeniería, Lácteos, Librería, Logística, Muebles, Panadería, Talleres, Transportes, Viajes";

const PLACES: &str = "\
    Aconcagua, Agua Clara, del Páramo, del Sur, Dos Ríos, El Ñandú, El Olivar, La Alameda, La Cañada, La \
    Montaña, Las Palmas, Los Álamos, Los Piñones, Mar Adentro, Nueve Lunas, Oriente, Piedra Azul, Puente \
    Viejo, San Telmo, Santa Brígida, Tres Encinas, Valle Grande";

const FIRST_NAMES: &str = "\
    Adrián, Agustín, Ainhoa, Alba, Alejandra, Álvaro, Ana Belén, Andrés, Ángela, Begoña, Belén, Bruno, \
    Camila, Carlos, Carmen, Catalina, Cristóbal, Daniela, Diego, Eduardo, Elena, Emilio, Estefanía, Esteban, \
    Eugenia, Fabián, Florencia, Gabriela, Gonzalo, Guadalupe, Héctor, Hugo, Ignacio, Inés, Íñigo, Irene, \
    Isabel, Iván, Javier, Jimena, João, Joaquín, Jordi, José Luis, Juana, Julián, Leonor, Lucía, Magdalena, \
    Manuel, María José, Martín, Mateo, Mónica, Nicolás, Núria, Óscar, Paloma, Raúl, Rocío, Santiago, Sofía, \
    Tomás, Ximena";

const SURNAMES: &str = "\
    Acuña, Aguilar, Álvarez, Arrieta, Avendaño, Ávila, Barreto, Becerra, Benítez, Bermúdez, Cabrera, \
    Cáceres, Calderón, Cano, Castañeda, Castro, Cifuentes, Contreras, Cordeiro, Correa, Crespo, Delgado, \
    Díaz, Domínguez, Echeverría, Escobar, Espinosa, Ferrer, Figueroa, Fuentes, Gallardo, Gálvez, García, \
    Gonçalves, Guerrero, Gutiérrez, Ibáñez, Iglesias, Jiménez, Lozano, Maldonado, Márquez, Medina, Montaño, \
    Muñoz, Navarro, Núñez, Ochoa, Ordóñez, Ortiz, Paredes, Peña, Quintana, Quiñones, Rincón, Rojas, Saldaña, \
    Sepúlveda, Soto, Tejada, Ureña, Valdés, Yáñez, Zúñiga";

/// Some sixty companies. A few are inactive.
pub(super) fn companies() -> Vec<Company> {
    let (trades, places) = (words(TRADES), words(PLACES));
    let mut dice = Dice(1);
    let (mut names, mut hosts) = (HashSet::new(), HashSet::new());
    let mut companies = Vec::new();
    for _ in 0..60 {
        let country = dice.one_of(&COUNTRIES);
        let (trade, place) = (*dice.one_of(&trades), *dice.one_of(&places));
        let name = format!("{trade} {place}");
        if names.insert(name.clone()) {
            let name = if dice.one_in(3) { format!("{name}, {}", country.form) } else { name };
            let first = trade.split(' ').next().unwrap_or_default();
            let host = if hosts.insert(place) { plain(place) } else { plain(&format!("{first}{place}")) };
            companies.push(Company { name, active: !dice.one_in(15), country, host });
        }
    }
    companies
}

/// People who work for these companies or for nobody, of so many roles. Some have no email, no phone, or two companies; some
/// are inactive.
pub(super) fn people(companies: &[Company], roles: usize) -> Vec<Person> {
    let (first_names, surnames) = (words(FIRST_NAMES), words(SURNAMES));
    let mut dice = Dice(2);
    let mut names = HashSet::new();
    let mut people = Vec::with_capacity(PEOPLE);
    while people.len() < PEOPLE {
        let first_name = *dice.one_of(&first_names);
        let surname = *dice.one_of(&surnames);
        let last_name = match dice.below(3) {
            0 => surname.to_owned(),
            _ => format!("{surname} {}", dice.one_of(&surnames)),
        };
        if !names.insert((first_name, last_name.clone())) {
            continue;
        }
        // Of two draws the lower: a few companies are large and most are small.
        let mut company = || dice.below(companies.len()).min(dice.below(companies.len()));
        let (first, second) = (company(), company());
        let country = companies.get(first).map_or(&COUNTRIES[0], |company| company.country);
        let mut links = Vec::new();
        if !dice.one_in(7) {
            links.push((first, dice.below(roles)));
            if second != first && dice.one_in(5) {
                links.push((second, dice.below(roles)));
            }
        }
        let email = match companies.get(first) {
            Some(company) if !links.is_empty() => {
                let initial: String = plain(first_name).chars().take(1).collect();
                format!("{initial}{}@{}.example", plain(surname), company.host)
            }
            _ => format!("{}.{}@correo.example", plain(first_name), plain(surname)),
        };
        let email = Some(email).filter(|_| !dice.one_in(6));
        let phone = format!("{} {:02} {:02}", country.phone, dice.below(100), dice.below(100));
        let phone = Some(phone).filter(|_| !dice.one_in(4));
        let active = !dice.one_in(9);
        people.push(Person { first_name: first_name.into(), last_name, email, phone, active, links });
    }
    people
}

fn words(list: &'static str) -> Vec<&'static str> {
    list.split(", ").collect()
}

/// A word as addresses write it.
fn plain(word: &str) -> String {
    search::plain(&search::fold(word)).replace(' ', "")
}

/// Numbers that look random and are the same each time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to before this one, which is not 0.
    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn one_of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}
