//! The methods that start something in a session, or change what it is allowed.

use see_core::engine::{self, request::RunSpec};
use see_core::error::Result;

use super::{Answer, Methods, reply};
use crate::commands::relayed::Started;
use crate::persons_environment;
use crate::serve::decisions::RetryParams;
use crate::serve::messages::*;
use crate::serve::relay_messages::{OpenParams, RelayNumber, Shows};

impl Methods {
    pub(super) fn run_program(&self, request: RunRequest) -> Result<Answer> {
        let session = engine::launch(&self.store, request.into_spec()?)?;
        reply(SessionResult { session: self.list.one(&session) })
    }

    pub(super) fn tighten(&self, params: TightenParams) -> Result<Answer> {
        let to = params.tightening();
        let session = self.store.find_session(&params.session)?;
        let session = engine::tighten(&self.store, &session, &to)?;
        reply(SessionResult { session: self.list.one(&session) })
    }

    pub(super) fn retry(&self, params: RetryParams) -> Result<Answer> {
        let mut spec = RunSpec::again(&self.store.find_session(&params.session)?);
        spec.policy.allow(params.memory, params.processes);
        spec.size = window(params.rows, params.cols)?;
        persons_environment::give(&mut spec, params.env.unwrap_or_default())?;
        let session = engine::launch(&self.store, spec)?;
        reply(SessionResult { session: self.list.one(&session) })
    }

    /// Runs a command of ours on a terminal, or into the app's hands, for an app that has not the rights to.
    pub(super) fn open_relay(&self, params: &OpenParams) -> Result<Answer> {
        let session = self.store.find_session(&params.session)?;
        let words = params.words(&session.id)?;
        let (relay, begin) = match &params.what {
            Shows::Tar {} | Shows::Patch {} => self.relays.of_output(&words)?,
            Shows::Program { .. } | Shows::Inspection {} => {
                self.relays.on_terminal(&words, params.size()?, &Started::default())?
            }
            Shows::Started { cwd, env, .. } => {
                let started = Started { cwd: cwd.clone(), env: env.clone().unwrap_or_default() };
                self.relays.on_terminal(&words, params.size()?, &started)?
            }
        };
        let answer = reply(RelayNumber { relay })?;
        Ok(Answer { then: Some(begin), ..answer })
    }
}
