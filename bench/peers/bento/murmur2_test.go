package main

import "testing"

// Of Kafka's own tests: org.apache.kafka.common.utils.UtilsTest.testMurmur2.
func TestItIsTheHashOfKafka(t *testing.T) {
	for key, hash := range map[string]int32{
		"21":                         -973932308,
		"foobar":                     -790332482,
		"a-little-bit-long-string":   -985981536,
		"a-little-bit-longer-string": -1486304829,
		"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
		"abc": 479470107,
	} {
		if found := int32(murmur2([]byte(key))); found != hash {
			t.Errorf("%s: %d instead of %d", key, found, hash)
		}
	}
}
