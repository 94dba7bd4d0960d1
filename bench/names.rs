//! The names that the data are made of, the frequent ones first. None has a q or an x, so that a search for the one is
//! rare and for the other in vain.

/// The first and last names of a language.
pub(crate) struct Names {
    pub(crate) first: &'static str,
    pub(crate) last: &'static str,
}

pub(crate) const SPANISH: Names = Names {
    first: "María José Carmen Antonio Ana Manuel Lucía Francisco Isabel David Laura Juan Marta Javier Cristina Daniel \
            Elena Carlos Sara Jesús Paula Alejandro Pilar Miguel Sofía Rafael Teresa Pedro Rosa Ángel Julia Pablo Irene \
            Fernando Alba Sergio Beatriz Luis Nuria Jorge Rocío Alberto Silvia Álvaro Andrea Adrián Patricia Diego Inés \
            Raúl Eva Iván Mónica Rubén Lorena Óscar Begoña Andrés Natalia Íñigo Noelia Víctor Olga Hugo Emilia Martín",
    last: "García Fernández González Rodríguez López Martínez Sánchez Pérez Gómez Martín Jiménez Hernández Ruiz Díaz \
           Moreno Muñoz Álvarez Romero Gutiérrez Alonso Navarro Torres Domínguez Ramos Gil Ramírez Serrano Molina Blanco \
           Morales Suárez Ortega Castro Delgado Ortiz Marín Rubio Núñez Medina Sanz Castillo Iglesias Cortés Garrido \
           Santos Guerrero Lozano Cano Cruz Méndez Flores Prieto Herrera Peña León Cabrera Gallego Calvo Vidal Campos \
           Vega Reyes Fuentes Carrasco Caballero Nieto Aguilar Pascual Santana Herrero Lorenzo Hidalgo Montero Giménez \
           Ibáñez Ferrer Santiago Benítez Durán Arias Mora Vargas Carmona Crespo Pastor Soto Sáez Velasco",
};

pub(crate) const ENGLISH: Names = Names {
    first: "Mary James Patricia John Jennifer Robert Linda Michael Elizabeth William Barbara David Susan Richard Jessica \
            Joseph Sarah Thomas Karen Charles Nancy Daniel Lisa Matthew Margaret Anthony Betty Mark Sandra Donald Ashley \
            Steven Dorothy Paul Kimberly Andrew Emily Joshua Donna Kenneth Michelle Kevin Carol Brian Amanda George \
            Melissa Edward Deborah Ronald Stephanie Timothy Rebecca Jason Laura Jeffrey Helen Ryan Sharon Jacob Cynthia \
            Gary Kathleen Nicholas Amy Eric",
    last: "Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Thomas Taylor Moore Jackson Martin Lee \
           Thompson White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Nelson Baker \
           Hall Campbell Mitchell Carter Roberts Phillips Evans Turner Parker Edwards Collins Stewart Morris Murphy Cook \
           Rogers Morgan Cooper Peterson Bailey Reed Kelly Howard Ward Richardson Watson Brooks Bennett Gray Hughes Price \
           Myers Long Foster Sanders Ross Powell Sullivan Russell Perry Butler Barnes Fisher Henderson Coleman Patterson \
           Jordan Reynolds Hamilton Graham Wallace West Cole Hayes",
};

/// Who is found by a search for a rare name.
pub(crate) const RARE: [&str; 2] = ["Zenobia", "Quintanilla"];

/// A search term, how many letters it has and how often it occurs.
pub(crate) struct Term {
    pub(crate) letters: u8,
    pub(crate) occurs: Occurs,
    pub(crate) text: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Occurs {
    Common,
    Rare,
    Never,
}

/// A search term of every length and frequency. Those in vain are the hardest of their kind: they begin like a common
/// name where they can.
pub(crate) const TERMS: &[Term] = &[
    Term { letters: 1, occurs: Occurs::Common, text: "a" },
    Term { letters: 1, occurs: Occurs::Rare, text: "q" },
    Term { letters: 1, occurs: Occurs::Never, text: "x" },
    Term { letters: 2, occurs: Occurs::Common, text: "ar" },
    Term { letters: 2, occurs: Occurs::Rare, text: "qu" },
    Term { letters: 2, occurs: Occurs::Never, text: "ax" },
    Term { letters: 3, occurs: Occurs::Common, text: "mar" },
    Term { letters: 3, occurs: Occurs::Rare, text: "qui" },
    Term { letters: 3, occurs: Occurs::Never, text: "max" },
    Term { letters: 5, occurs: Occurs::Common, text: "maria" },
    Term { letters: 5, occurs: Occurs::Rare, text: "zenob" },
    Term { letters: 5, occurs: Occurs::Never, text: "garcx" },
    Term { letters: 20, occurs: Occurs::Common, text: "maria garcia fernandez" },
    Term { letters: 20, occurs: Occurs::Rare, text: "zenobia quintanilla no" },
    Term { letters: 20, occurs: Occurs::Never, text: "maria garcia fernandx" },
];
