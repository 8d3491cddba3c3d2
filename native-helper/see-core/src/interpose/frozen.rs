//! Parts of the SEE that show the host as it was when the session began: that is when what is seen there was looked at. Pure.

use crate::layer::Layer;
use crate::path::HostPath;
use crate::read_set::entry::Moment;

/// The parts of one SEE.
#[derive(Debug)]
pub struct Frozen {
    /// Every layer's mount point, and since when it shows what it does when that is not now. Inner ones come first.
    parts: Vec<(HostPath, Option<Moment>)>,
}

impl Frozen {
    /// Returns the parts of these layers that lie on a copy.
    pub fn new(layers: &[Layer], mirrored: &[HostPath]) -> Self {
        if mirrored.is_empty() {
            return Self { parts: Vec::new() };
        }
        let since = |layer: &Layer| mirrored.contains(&layer.mount_point).then(|| Moment::from(layer.began));
        let mut parts: Vec<_> =
            layers.iter().map(|layer| (layer.mount_point.clone(), since(layer))).collect();
        parts.sort_by(|a, b| b.0.cmp(&a.0));
        Self { parts }
    }

    /// Tells whether a path shows what the host had when the session began.
    pub fn has(&self, path: &HostPath) -> bool {
        self.since(path).is_some()
    }

    /// Returns since when what is seen at a path now has been shown.
    pub fn shown_since(&self, path: &HostPath, now: Moment) -> Moment {
        self.since(path).unwrap_or(now)
    }

    fn since(&self, path: &HostPath) -> Option<Moment> {
        self.parts.iter().find(|(point, _)| path.is_within(point))?.1
    }
}
