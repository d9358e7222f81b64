package bookmark

import (
	"slices"
	"strings"
)

// trackers are the parameters that say where a reader came from, which letter
// it was or whose session, and nothing of the page: by whom, their names, and
// the site if it is on one site only that the name says so. A star stands for
// any end of a name.
//
// Names that mean that here and a page there are not among them: ref, source,
// cid, tag, campaign_id, ga_*.
var trackers = []struct{ by, names, site string }{
	{by: "ActiveCampaign", names: "vgo_ee"},
	{by: "Adobe", names: "ef_id intcmp s_cid s_kwcid sc_cid"},
	{by: "Alibaba", names: "scm spm", site: "alibaba.com"},
	{by: "Alibaba", names: "scm spm", site: "alibabacloud.com"},
	{by: "Alibaba", names: "scm spm", site: "aliexpress.com"},
	{by: "Alibaba", names: "scm spm", site: "aliyun.com"},
	{by: "Alibaba", names: "scm spm", site: "taobao.com"},
	{by: "Alibaba", names: "scm spm", site: "tmall.com"},
	{by: "Amazon's cloud", names: "sc_campaign sc_channel trk", site: "aws.amazon.com"},
	{by: "AMP's caches", names: "amp_gsa amp_js_v usqp"},
	{by: "Apple", names: "itscg itsct"},
	{by: "ASP, a session", names: "aspsessionid*"},
	{by: "AT Internet", names: "at_campaign at_campaign_type at_custom1 at_custom2 at_custom3 at_custom4 at_medium xtor"},
	{by: "Awin", names: "awc zanpid"},
	{by: "Baidu", names: "bd_vid hmci hmcu hmkw hmpl hmsr"},
	{by: "Barron's", names: "mod reflink", site: "barrons.com"},
	{by: "BBC", names: "at_bbc_team at_format at_link_id at_link_origin at_link_type at_ptr_name", site: "bbc.co.uk"},
	{by: "BBC", names: "at_bbc_team at_format at_link_id at_link_origin at_link_type at_ptr_name", site: "bbc.com"},
	{by: "beehiiv", names: "_bhlid"},
	{by: "Bilibili", names: "spm_id_from vd_source", site: "bilibili.com"},
	{by: "Bloomberg", names: "leadsource sref srnd", site: "bloomberg.com"},
	{by: "Blueshift", names: "bsft_clkid bsft_uid"},
	{by: "Branch", names: "_branch_match_id _branch_referrer"},
	{by: "Buffer", names: "awesm buffer_share"},
	{by: "CNBC", names: "__source"},
	{by: "ColdFusion, a session", names: "cfid cftoken"},
	{by: "Commission Junction", names: "cjdata cjevent"},
	{by: "comScore", names: "ns_campaign ns_fee ns_linkname ns_mchannel ns_source"},
	{by: "Condé Nast", names: "bxid cndid mbid", site: "newyorker.com"},
	{by: "Condé Nast", names: "bxid cndid mbid", site: "wired.com"},
	{by: "ConvertKit", names: "ck_subscriber_id"},
	{by: "Coremetrics", names: "cm_mmc* cm_re cm_sp"},
	{by: "CSDN", names: "spm", site: "csdn.net"},
	{by: "Dotdigital", names: "dm_i"},
	{by: "Drip", names: "__s"},
	{by: "eBay", names: "mkcid mkevt mkrid"},
	{by: "Echobox", names: "echobox"},
	{by: "Economist", names: "fsrc", site: "economist.com"},
	{by: "Eloqua", names: "elq*"},
	{by: "etracker", names: "etcc_*"},
	{by: "ExactTarget", names: "et_cid et_rid"},
	{by: "Facebook", names: "__cft__* __tn__ __xts__* action_object_map action_ref_map action_type_map fb_action_ids fb_action_types fb_ref fb_source fbclid mibextid"},
	{by: "Facebook", names: "rdid ref", site: "facebook.com"},
	{by: "Google", names: "_ga _gac _gl dclid gad_campaignid gad_source gbraid gclid gclsrc pcampaignid srsltid utm_* wbraid"},
	{by: "Guardian", names: "cmp", site: "theguardian.com"},
	{by: "HubSpot", names: "__hsfp __hssc __hstc _hsenc _hsmi hsa_* hsctatracking hss_channel"},
	{by: "Impact", names: "irclickid irgwc"},
	{by: "Instagram", names: "igsh igshid"},
	{by: "Java, a session", names: "jsessionid"},
	{by: "Klaviyo", names: "_ke _kx"},
	{by: "LinkedIn", names: "li_fat_id"},
	{by: "LinkedIn", names: "licu lipi midsig midtoken rcm trackingid trk trkinfo", site: "linkedin.com"},
	{by: "Mailchimp", names: "mc_cid mc_eid"},
	{by: "Mailchimp", names: "e", site: "campaign-archive.com"},
	{by: "Mailchimp", names: "e", site: "campaign-archive1.com"},
	{by: "Mailchimp", names: "e", site: "campaign-archive2.com"},
	{by: "Mailchimp", names: "e", site: "mailchi.mp"},
	{by: "MailerLite", names: "ml_subscriber ml_subscriber_hash"},
	{by: "Marketo", names: "mkt_tok"},
	{by: "MarketWatch", names: "mod reflink", site: "marketwatch.com"},
	{by: "Matomo", names: "matomo_* mtm_* piwik_* pk_*"},
	{by: "Medium", names: "gi source", site: "medium.com"},
	{by: "Microsoft", names: "msclkid"},
	{by: "Microsoft", names: "ocid", site: "microsoft.com"},
	{by: "Microsoft", names: "cvid ocid", site: "msn.com"},
	{by: "New York Times", names: "emc rref smid smtyp", site: "nytimes.com"},
	{by: "Nextdoor", names: "ndclid"},
	{by: "Omeda", names: "oly_anon_id oly_enc_id"},
	{by: "Ometria", names: "oft_*"},
	{by: "Outbrain", names: "dicbo oborigurl"},
	{by: "PHP, a session", names: "phpsessid"},
	{by: "Pinterest", names: "epik"},
	{by: "Quora", names: "qclid"},
	{by: "Quora", names: "share srid", site: "quora.com"},
	{by: "Rakuten", names: "raneaid ranmid ransiteid"},
	{by: "Reddit", names: "rdt_cid"},
	{by: "Reddit", names: "rdt ref_source share_id", site: "reddit.com"},
	{by: "Salesforce", names: "sfmc_*"},
	{by: "several", names: "at_recipient_id at_recipient_list cmpid"},
	{by: "ShareASale", names: "sscid"},
	{by: "SharpSpring", names: "ss_email_id"},
	{by: "Silverpop", names: "spjobid spmailingid spreportid spuserid"},
	{by: "Snapchat", names: "sccid"},
	{by: "Spotify", names: "si", site: "open.spotify.com"},
	{by: "Substack", names: "r showwelcome showwelcomeonshare triedredirect", site: "substack.com"},
	{by: "Taboola", names: "tblci"},
	{by: "TikTok", names: "ttclid"},
	{by: "TikTok", names: "_r _t is_copy_url is_from_webapp sender_device web_id", site: "tiktok.com"},
	{by: "Tradedoubler", names: "tduid"},
	{by: "Twitter", names: "__twitter_impression ref_src twclid"},
	{by: "Twitter", names: "ref_url s t", site: "twitter.com"},
	{by: "Vero", names: "vero_conv vero_id"},
	{by: "Wall Street Journal", names: "mod reflink", site: "wsj.com"},
	{by: "Washington Post", names: "itid wpisrc wpmm wpsrc", site: "washingtonpost.com"},
	{by: "Webtrekk", names: "wt_mc wt_zmc"},
	{by: "Webtrends", names: "wt.mc_id wt.tsrc"},
	{by: "Wicked Reports", names: "wickedid"},
	{by: "Yahoo", names: ".tsrc guccounter guce_referrer guce_referrer_sig soc_src soc_trk"},
	{by: "Yandex and its neighbours", names: "_openstat rb_clickid yclid ymclid ysclid"},
	{by: "YouTube", names: "feature si", site: "youtu.be"},
	{by: "YouTube", names: "ab_channel feature pp si", site: "youtube.com"},
}

// tracking is trackers as they are looked up.
var tracking = newTracking()

type trackingTable struct {
	names    map[string]bool
	prefixes []string
	of       map[string][]string // names, by site
}

func newTracking() trackingTable {
	t := trackingTable{names: map[string]bool{}, of: map[string][]string{}}
	for _, tr := range trackers {
		for name := range strings.FieldsSeq(tr.names) {
			prefix, isPrefix := strings.CutSuffix(name, "*")
			switch {
			case tr.site != "":
				t.of[tr.site] = append(t.of[tr.site], name)
			case isPrefix:
				t.prefixes = append(t.prefixes, prefix)
			default:
				t.names[name] = true
			}
		}
	}
	return t
}

// ownTracking are the names that say nothing of a page of the host, and may
// elsewhere.
func ownTracking(host string) []string {
	for {
		if names, ok := tracking.of[host]; ok {
			return names
		}
		_, parent, below := strings.Cut(host, ".")
		if !below {
			return nil
		}
		host = parent
	}
}

// isTracking reports whether a parameter says nothing of the page, on a host
// that has names of its own for that.
func isTracking(param string, own []string) bool {
	name, _, _ := strings.Cut(param, "=")
	name = strings.ToLower(name)
	return tracking.names[name] || slices.Contains(own, name) ||
		slices.ContainsFunc(tracking.prefixes, func(p string) bool { return strings.HasPrefix(name, p) })
}

// WithoutTracking is the link without the parameters that say where a reader
// came from, and otherwise as it stands.
func WithoutTracking(link string) string {
	parts, ok := parseAddress(link)
	if ok && parts.takesWholeQuery() {
		return link
	}
	own := ownTracking(parts.host)
	address, fragment, hasFragment := strings.Cut(link, "#")
	address, query, _ := strings.Cut(address, "?")
	mark := "?"
	for p := range strings.SplitSeq(query, "&") {
		if p != "" && !isTracking(p, own) {
			address += mark + p
			mark = "&"
		}
	}
	if hasFragment {
		address += "#" + fragment
	}
	return address
}
