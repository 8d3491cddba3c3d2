//! Plans the times of directories that other steps put entries into or take them out of: what a revert gives back,
//! and what each ends with.

use crate::changes::found::Found;
use crate::error::Result;
use crate::path::HostPath;

use super::super::places::{Role, Spot};
use super::super::stat::Stat;
use super::Planner;

impl Planner<'_, '_> {
    /// Notes that an entry leaves a directory of the host.
    pub(super) fn touch_before(&mut self, layer: u32, path: &HostPath) -> Result<()> {
        let Some(holder) = path.parent() else { return Ok(()) };
        let before = self.view.host_spot(layer, &holder)?;
        if self.kept_times.contains_key(&before) {
            return Ok(());
        }
        self.keep_time(&before)?;
        let after = self.namespace.after_dir(&holder);
        // What holds it may go itself, then its time is of no interest; unless it is moved out of there.
        let mut above = Some(holder.clone()).filter(|_| after == holder);
        let mut stays = true;
        while let Some(dir) = above.filter(|_| stays) {
            stays = !self.doomed.contains(&dir);
            above = dir.parent();
        }
        if stays {
            self.end_time(layer, &holder, &after)?;
        }
        Ok(())
    }

    /// Notes that an entry comes into a directory of the host.
    pub(super) fn touch_after(&mut self, found: &Found) -> Result<()> {
        let Some(holder) = found.change.path.parent() else { return Ok(()) };
        if let Some(before) = self.namespace.before_dir(&holder) {
            let spot = self.view.host_spot(found.layer, &before)?;
            self.keep_time(&spot)?;
            self.end_time(found.layer, &before, &holder)?;
        }
        Ok(())
    }

    pub(super) fn keep_time(&mut self, dir: &Spot) -> Result<()> {
        if !self.kept_times.contains_key(dir) {
            if let Some(stat) = self.view.places.stat(dir)? {
                self.kept_times.insert(dir.clone(), (stat.identity, stat.mtime));
                if self.view.places.role(dir)? == Role::Host {
                    self.before.entry(dir.clone()).or_insert(stat);
                }
            }
        }
        Ok(())
    }

    /// Plans that a directory of the host ends with the time that it has in the SEE.
    fn end_time(&mut self, layer: u32, before: &HostPath, after: &HostPath) -> Result<()> {
        let at = self.view.host_spot(layer, after)?;
        if self.dir_times.contains_key(&at) {
            return Ok(());
        }
        let Some(host) = self.view.host(layer, before)? else { return Ok(()) };
        let upper = self.view.upper_spot(layer, after)?;
        let seen = self.view.places.stat(&upper)?.filter(Stat::is_dir);
        let mtime = seen.map_or(host.mtime, |stat| stat.mtime);
        self.dir_times.insert(at, (host.identity, mtime));
        Ok(())
    }
}
