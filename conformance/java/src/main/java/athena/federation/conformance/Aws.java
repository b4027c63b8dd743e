package athena.federation.conformance;

import java.net.URI;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** AWS on loopback. */
final class Aws {
    private Aws() {}

    /** S3 at an endpoint, with invented credentials. */
    static S3Client s3(String endpoint) {
        return S3Client.builder()
                .endpointOverride(URI.create(endpoint))
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("conformance", "conformance")))
                .forcePathStyle(true)
                .build();
    }

    /** Makes loopback what clients talk to that the SDK creates itself. */
    static void settings(String endpoint) {
        System.setProperty("aws.endpointUrl", endpoint);
        System.setProperty("aws.region", "us-east-1");
        System.setProperty("aws.accessKeyId", "conformance");
        System.setProperty("aws.secretAccessKey", "conformance");
    }
}
