//! What an attack is: a row of a table that names a small program, what it is aimed at, and where it works.

/// One attack.
#[derive(Clone, Copy, Debug)]
pub struct Attack {
    pub name: &'static str,
    /// Where it is known from.
    pub source: &'static str,
    /// A file in `programs/`: C, shell or perl.
    pub program: &'static str,
    pub arguments: &'static [&'static str],
    pub harm: Harm,
    /// With which rights it works where nothing stops it.
    pub rights: Rights,
    pub launch: Launch,
    /// Words for `alcatraz run` that close the way.
    pub options: &'static [&'static str],
}

/// How harm shows.
#[derive(Clone, Copy, Debug)]
pub enum Harm {
    /// The host differs afterwards, in a fact whose name begins like this.
    Host(&'static str),
    /// A secret that the program must not see is in its output.
    Secret,
    /// The kernel did what it was asked, which only the program can tell: it ends with 0.
    Told,
}

/// The rights of the attacker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rights {
    /// Those of whoever runs it: root in system mode, an ordinary user in user mode.
    Anybody,
    /// Natively only root can do this harm; inside, both try.
    Root,
}

/// What the attacker is started with besides its environment; the same natively and inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Launch {
    Plain,
    /// Descriptor 7 is the canary, open for reading; 8 is the directory that holds it.
    Descriptors,
    /// Standard output is appended to the canary.
    Output,
    /// Standard input is the canary.
    Input,
    /// A terminal that belongs to the user.
    Terminal,
    /// Twice: first with `plant` behind its arguments, then with `use`; inside, the second time enters the session of the first.
    Twice,
}

/// An attack that anybody can try, to begin a row with.
pub const PLAIN: Attack = Attack {
    name: "",
    source: "",
    program: "",
    arguments: &[],
    harm: Harm::Told,
    rights: Rights::Anybody,
    launch: Launch::Plain,
    options: &[],
};

/// One that natively needs root.
pub const ROOT: Attack = Attack { rights: Rights::Root, ..PLAIN };
