//! Distributions as answers show them, with every member that botocore's model says is always there.
//!
//! What a distribution has that nobody set is what the API reference names as the default ("DistributionConfig").

use super::super::answer::escape;
use super::super::clock;
use super::held::Distribution;

/// The id of the only origin.
const ORIGIN: &str = "site";

/// `Distribution`.
pub(super) fn whole(account: &str, id: &str, d: &Distribution, now: f64) -> String {
    let open = d.invalidations.iter().filter(|i| i.status(now) == "InProgress").count();
    format!(
        "<Id>{id}</Id><ARN>{}</ARN><Status>Deployed</Status><LastModifiedTime>{}</LastModifiedTime>\
         <InProgressInvalidationBatches>{open}</InProgressInvalidationBatches><DomainName>{}</DomainName>\
         <DistributionConfig><CallerReference>{id}</CallerReference><Aliases><Quantity>0</Quantity></Aliases>\
         <DefaultRootObject>index.html</DefaultRootObject>{}{}<Comment></Comment><Enabled>{}</Enabled>\
         </DistributionConfig>",
        arn(account, id),
        clock::iso(d.made),
        domain(id),
        origins(d),
        behavior(),
        !d.disabled,
    )
}

/// `DistributionSummary`.
pub(super) fn summary(account: &str, id: &str, d: &Distribution) -> String {
    format!(
        "<DistributionSummary><Id>{id}</Id><ARN>{}</ARN><Status>Deployed</Status><LastModifiedTime>{}</LastModifiedTime>\
         <DomainName>{}</DomainName><Aliases><Quantity>0</Quantity></Aliases>{}{}<CacheBehaviors><Quantity>0</Quantity>\
         </CacheBehaviors><CustomErrorResponses><Quantity>0</Quantity></CustomErrorResponses><Comment></Comment>\
         <PriceClass>PriceClass_All</PriceClass><Enabled>{}</Enabled><ViewerCertificate><CloudFrontDefaultCertificate>true\
         </CloudFrontDefaultCertificate></ViewerCertificate><Restrictions><GeoRestriction><RestrictionType>none\
         </RestrictionType><Quantity>0</Quantity></GeoRestriction></Restrictions><WebACLId></WebACLId><HttpVersion>http2\
         </HttpVersion><IsIPV6Enabled>true</IsIPV6Enabled><Staging>false</Staging></DistributionSummary>",
        arn(account, id),
        clock::iso(d.made),
        domain(id),
        origins(d),
        behavior(),
        !d.disabled,
    )
}

fn origins(d: &Distribution) -> String {
    format!(
        "<Origins><Quantity>1</Quantity><Items><Origin><Id>{ORIGIN}</Id><DomainName>{}.s3.us-east-1.amazonaws.com\
         </DomainName><OriginPath>{}</OriginPath><S3OriginConfig><OriginAccessIdentity></OriginAccessIdentity>\
         </S3OriginConfig></Origin></Items></Origins>",
        escape(&d.bucket),
        escape(&d.origin_path)
    )
}

fn behavior() -> String {
    format!(
        "<DefaultCacheBehavior><TargetOriginId>{ORIGIN}</TargetOriginId><ViewerProtocolPolicy>redirect-to-https\
         </ViewerProtocolPolicy></DefaultCacheBehavior>"
    )
}

fn arn(account: &str, id: &str) -> String {
    format!("arn:aws:cloudfront::{account}:distribution/{id}")
}

fn domain(id: &str) -> String {
    format!("d{}.cloudfront.net", id.to_lowercase())
}
