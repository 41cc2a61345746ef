//! A control with its verdict and waiver: the input of the report.

use std::sync::Arc;

use crate::controls::Control;
use crate::verdict::{Verdict, Waiver};

#[derive(Debug, Clone)]
pub(crate) struct Assessment {
    pub control: Arc<Control>,
    pub verdict: Verdict,
    /// The waiver of the control as a whole.
    pub waived: Option<Waiver>,
}

impl Assessment {
    /// An assessment that no waiver covers.
    pub(crate) const fn new(control: Arc<Control>, verdict: Verdict) -> Self {
        Self { control, verdict, waived: None }
    }
}
